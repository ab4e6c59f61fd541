# munmap() of a range that ends in a sealed area fails.  Is everything as before?
#
# Nothing is unmapped, but the first area stays split where the range began; nobody merges the
# pieces again.
# Kernel: mm/vma.c vms_gather_munmap_vmas()

title "A failed munmap leaves a split behind"
window 20p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@5, 4p, RW, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = @5
mseal(@5, 4p, 0)
munmap(@3, 4p) = -EPERM

expect vmas(@1..@5) == 2
expect mergeable(@2, @3) == 1
expect quirk(failed_call_leaves_splits) == 1
