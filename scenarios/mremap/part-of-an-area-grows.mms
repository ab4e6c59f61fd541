# The first half of an area is asked to grow.  It cannot in place, for the second half is in the
# way: what moves?
#
# Only the part that was named; the rest stays where it is.
# Kernel: mm/mremap.c vma_expandable(), move_vma()

title "Growth of a part of an area"
window 60p

mmap(@1, 6p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 6p, 4)
mremap(@1, 3p, 4p, 0, 0) = -ENOMEM
a = mremap(@1, 3p, 4p, MAYMOVE, 0)
expect vmas(@1..@4) == 0, vma(@4).len == 3p, vma(a).len == 4p
load(a, 3p) = 4
load(a + 3p) = 0
load(@4, 3p) = 4
