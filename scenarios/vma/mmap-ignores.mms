# What does mmap() ignore?
# Kernel: mm/mmap.c do_mmap()

title "Arguments that mmap ignores"
window 40p

note "permissions it does not know"
mmap(@1, 1p, RW|0x100, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@2, 1p, RW|PROT_GROWSDOWN, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @2
note "the file and the offset of anonymous memory"
mmap(@3, 1p, RW, PRIVATE|ANONYMOUS|FIXED, 99, 0) = @3
mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 16p) = @4
note "flags it does not know, unless MAP_SHARED_VALIDATE asks for it"
mmap(@5, 1p, RW, PRIVATE|ANONYMOUS|FIXED|0x200000, -1, 0) = @5
note "none of it leaves a trace: this is one area"
expect vmas(@1..@6) == 1, vma(@4).pgoff == @1/PAGE
