# Which attributes keep two neighbours apart: opting in to KSM, guard regions, locks, policies?
#
# Every flag does, so that madvise(MADV_MERGEABLE) of a half does; the process-wide opt-in does not,
# it reaches what exists as well.  Guard regions do not: they are entries in page tables.
# Kernel: mm/vma.c is_mergeable_vma()

title "What keeps neighbours apart"
window 40p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1

step "KSM, asked for by madvise: yes"
madvise(@5, 4p, MADV_MERGEABLE)
expect mergeable(@4, @5) == flags
madvise(@5, 4p, MADV_UNMERGEABLE)
expect vmas(@1..@9) == 1

step "KSM, asked for by prctl: no"
prctl(PR_SET_MEMORY_MERGE, 1, 0, 0, 0)
mmap(@9, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @9
expect vmas(@1..@13) == 1

step "a guard region: no"
madvise(@4, 2p, MADV_GUARD_INSTALL)
mmap(@13, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @13
expect vmas(@1..@17) == 1

step "a lock: yes"
mlock(@9, 2p)
expect vmas(@1..@17) == 3
munlock(@9, 2p)

step "a memory policy, even one that changes nothing: yes"
mbind(@13, 4p, MPOL_LOCAL, 0, 0, 0)
expect mergeable(@12, @13) == policy
