# Two ranges with a hole between them are written to, and the hole is filled.  One area or two?
#
# It depends on when they were written to.  If they were one area then, or if only one of them had
# been written to when the hole was filled, all is one; written to apart, they stay apart.
# Kernel: mm/vma.c is_mergeable_anon_vma()

title "The order of touching decides"
window 60p

step "written to when they were one"
mmap(@1, 6p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 6p)
munmap(@3, 2p)
mmap(@3, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @3
expect vmas(@1..@7) == 1

step "written to when there was a hole"
mmap(@20, 6p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
munmap(@22, 2p)
store(@20, 2p)
store(@24, 2p)
mmap(@22, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @22
expect vmas(@20..@26) == 2, mergeable(@23, @24) == anon_vma

step "only one of them written to when there was a hole"
mmap(@40, 6p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @40
munmap(@42, 2p)
store(@44, 2p)
mmap(@42, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @42
store(@40, 2p)
expect vmas(@40..@46) == 1
