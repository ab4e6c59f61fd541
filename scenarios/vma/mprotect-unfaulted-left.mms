# Does a freshly written range merge with an untouched neighbour on its left when mprotect() makes
# their permissions equal?
#
# The written part owns an anon_vma, the left one has none.  The left one takes it over and both
# become one VMA.  Kernels until 6.15 refused: they looked at the chain of the side without one.
# MAP_NORESERVE keeps the memory charge out of it.
# Kernel: tools/testing/selftests/mm/merge.c mprotect_unfaulted_left

title "mprotect: faulted range, untouched VMA on the left"
window 30p

mmap(@1, 10p, RW, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = @1
mprotect(@1, 5p, PROT_READ)
store(@6)
mprotect(@6, 5p, PROT_READ)

expect vma(@1).start == @1, vma(@1).end == @11
expect vmas(@1..@11) == 1
expect vma(@1).anon_vma != 0
