# A hole between two areas that were written to apart is filled.  Which side gets the new memory?
#
# The left one, always: the two sides cannot become one because their anon_vmas differ, and the
# kernel then merges with the left.
# Kernel: mm/vma.c can_vma_merge_right()

title "mmap between two areas with different anon_vmas"
window 20p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@9, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @9
store(@1)
store(@9)
mmap(@5, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5

expect vma(@1).end == @9, vma(@9).start == @9
expect mergeable(@8, @9) == anon_vma
expect quirk(hole_goes_to_the_left) == 1
