# A hole is cut into an area that was written to, and mapped again.  Does it heal?
#
# Yes: both ends have the same anon_vma, and new memory gets the page offset of its address, which
# is the one that the hole had.
# Kernel: mm/vma.c vma_merge_new_range()

title "A hole in a faulted area heals"
window 20p

mmap(@1, 12p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1)
store(@12)
munmap(@5, 4p)
expect vmas(@1..@13) == 2
expect vma(@1).anon_vma == vma(@12).anon_vma
mmap(@5, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5

expect vmas(@1..@13) == 1
