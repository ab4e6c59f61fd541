# A written range between two untouched ones: all three become one.
# Kernel: tools/testing/selftests/mm/merge.c mprotect_unfaulted_both

title "mprotect: faulted range between two untouched VMAs"
window 30p

mmap(@2, 9p, RW, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = @2
mprotect(@2, 3p, PROT_READ)
mprotect(@8, 3p, PROT_READ)
store(@5)
expect vmas(@2..@11) == 3
mprotect(@5, 3p, PROT_READ)

expect vma(@2).start == @2, vma(@2).end == @11
expect vmas(@2..@11) == 1
