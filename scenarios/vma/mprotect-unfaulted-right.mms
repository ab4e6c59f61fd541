# The mirror image: the written range is on the left, the untouched one on its right.
# Kernel: tools/testing/selftests/mm/merge.c mprotect_unfaulted_right

title "mprotect: faulted range, untouched VMA on the right"
window 30p

mmap(@1, 10p, RW, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = @1
mprotect(@6, 5p, PROT_READ)
store(@1)
mprotect(@1, 5p, PROT_READ)

expect vma(@1).start == @1, vma(@1).end == @11
expect vmas(@1..@11) == 1
