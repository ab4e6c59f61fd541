# A process asked for merging by prctl() and has unmapped all of it. What does ksmd make of that?
#
# It forgets the process, but not the setting: the next area that can be merged makes it known again, now
# behind all others.
# Kernel: mm/ksm.c scan_get_next_rmap_item(), ksm_vma_flags()

title "ksmd forgets a process"
window 24p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
prctl(PR_SET_MEMORY_MERGE, 1) = 0
store(@1, 2p, 5)
ksmd: full_scan()
munmap(@0, 24p)
expect mm(P).ksm_mergeable
ksmd: full_scan()
expect !mm(P).ksm_mergeable, mm(P).ksm_merge_any
prctl(PR_GET_MEMORY_MERGE) = 1
step "something new"
mmap(@4, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
expect vma(@4).flags.mg, mm(P).ksm_mergeable
store(@4, 2p, 5)
ksmd: full_scan()
ksmd: full_scan()
expect folio(@4).ksm, folio(@4) == folio(@5)
step "with advice alone it is the advice that makes it known"
munmap(@4, 2p)
prctl(PR_SET_MEMORY_MERGE, 0) = 0
ksmd: full_scan()
mmap(@4, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
expect !mm(P).ksm_mergeable
madvise(@4, 2p, MADV_MERGEABLE)
expect mm(P).ksm_mergeable
