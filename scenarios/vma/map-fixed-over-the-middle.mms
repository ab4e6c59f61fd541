# MAP_FIXED replaces the middle of an area with equal memory.  First three pieces, then one again:
# the pieces left by the unmapping merge with the new range.
# Kernel: mm/vma.c __mmap_region()

title "MAP_FIXED over the middle with equal attributes"
window 20p

mmap(@1, 12p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@5) 
expect content(@5) != 0
mmap(@5, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5

expect vmas(@1..@13) == 1
load(@5) = 0
