# A change of the first pages of an area, and of its last ones.  Which of the two pieces is the VMA
# that was there?
#
# The part that was changed, in both cases; what is left unchanged gets the new struct.
# Kernel: mm/vma.c vma_modify(), __split_vma()

title "A change at one end splits in two"
window 40p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
let old = vma(@1)
mprotect(@1, 3p, PROT_READ)
expect vmas(@1..@9) == 2, vma(@1) == old, vma(@4) != old
expect vma(@4).pgoff == @4/PAGE

mmap(@20, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
let old = vma(@20)
mprotect(@25, 3p, PROT_READ)
expect vmas(@20..@28) == 2, vma(@25) == old, vma(@20) != old
expect vma(@25).pgoff == @25/PAGE
