# The middle of three areas gets the permissions of both its neighbours, which were written to
# apart.  Whom does it join?
#
# The left one: both would take it, but not each other.
# Kernel: mm/vma.c vma_merge_existing_range(), can_vma_merge_right()

title "mprotect between two different anon_vmas"
window 40p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = @1
store(@1)
mmap(@9, 4p, RW, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = @9
store(@9)
mmap(@5, 4p, PROT_READ, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = @5
expect vmas(@1..@13) == 3
let left = vma(@1)
let right = vma(@9)
mprotect(@5, 4p, RW)

expect vma(@5) == left, vma(@1).end == @9
expect vma(@9) == right, vma(@9).start == @9
expect mergeable(@8, @9) == anon_vma
