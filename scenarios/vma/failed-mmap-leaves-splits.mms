# mmap() with MAP_FIXED over the end of one area and the start of a sealed one.
#
# It fails, nothing is unmapped, and the first area stays split.
# Kernel: mm/vma.c vms_gather_munmap_vmas()

title "A failed MAP_FIXED leaves a split behind"
window 40p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 4p, 6)
mmap(@5, 4p, PROT_READ, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
mseal(@5, 4p, 0)
mmap(@3, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = -EPERM
expect vmas(@1..@5) == 2, mergeable(@2, @3) == 1
load(@3) = 6
expect quirk(failed_call_leaves_splits) == 1

step "the pieces are one again after the next change over both"
mprotect(@1, 4p, PROT_READ)
expect vmas(@1..@5) == 1
