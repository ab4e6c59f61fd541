# Two areas have become alike: a call that failed has left one area in two pieces.  Does a call that
# changes nothing merge them?
#
# No: the kernel returns before it thinks of merging.  Change away and back, and they merge.
# Kernel: mm/mprotect.c mprotect_fixup(), mm/madvise.c, mm/mlock.c mlock_fixup()

title "A call without a change does not merge"
window 20p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mprotect(@5, 4p, PROT_READ)
mseal(@5, 4p, 0)
munmap(@3, 4p) = -EPERM
expect vmas(@1..@5) == 2, mergeable(@2, @3) == 1

mprotect(@1, 4p, RW)
munlock(@1, 4p)
madvise(@1, 4p, MADV_DOFORK)
expect vmas(@1..@5) == 2
expect quirk(no_change_no_merge) > 0

mlock(@1, 4p)
munlock(@1, 4p)
expect vmas(@1..@5) == 1
