# New memory fills the gap between an untouched area and one that was written to.  All three
# become one; the left VMA survives and takes the right one's anon_vma.
# Kernel: mm/vma.c vma_merge_new_range()

title "mmap between an untouched and a faulted area"
window 20p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@9, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @9
store(@9)
mmap(@5, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5

expect vmas(@1..@13) == 1
expect vma(@1).anon_vma != 0, vma(@1).anon_vma == folio(@9).anon_vma
