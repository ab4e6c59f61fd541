# Changing the middle of an area makes three.  The struct that was there stays the middle one.
# Kernel: mm/vma.c vma_modify()

title "A change in the middle splits in three"
window 20p

mmap(@1, 12p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@6)
let old = vma(@1)
mprotect(@5, 4p, PROT_READ)

expect vmas(@1..@13) == 3
expect vma(@5) == old, vma(@1) != old, vma(@9) != old
expect vma(@1).anon_vma == vma(@5).anon_vma, vma(@9).anon_vma == vma(@5).anon_vma
expect anon_vma(@6).active == 3
