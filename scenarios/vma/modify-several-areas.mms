# One mprotect() over two areas with different permissions: at its end they are one.
# Kernel: mm/mprotect.c do_mprotect_pkey()

title "mprotect over two areas makes one"
window 20p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = @1
mprotect(@5, 4p, PROT_READ)
expect vmas(@1..@9) == 2
mprotect(@2, 6p, PROT_EXEC)

expect vma(@2).start == @2, vma(@2).end == @8
