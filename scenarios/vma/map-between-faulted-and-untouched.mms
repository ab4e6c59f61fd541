# New memory fills the gap between an area that was written to and an untouched one.
#
# All three become one: the left one, with its anon_vma.
# Kernel: mm/vma.c vma_merge_new_range()

title "mmap between a faulted and an untouched area"
window 20p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@9, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @9
store(@1)
let left = vma(@1)
mmap(@5, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
expect vmas(@1..@13) == 1, vma(@12) == left, vma(@1).anon_vma == folio(@1).anon_vma
