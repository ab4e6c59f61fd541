# A program has enough of merging. How does it get pages of its own back?
#
# By MADV_UNMERGEABLE, by PR_SET_MEMORY_MERGE, or because the administrator writes 2 into run. Each page
# becomes an exclusive copy, read-only and clean until the next store.
# Kernel: mm/ksm.c unmerge_ksm_pages(), ksm_disable_merge_any(), run_store()

title "Unmerging"
window 24p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 2p, 82)
prctl(PR_SET_MEMORY_MERGE, 1) = 0
ksmd: merge(P:@1, P:@2) = 0
store(@3, 2p, 82)
ksmd: merge(P:@3, P:@4) = 0
expect folio(@1) == folio(@4), folio(@1).mapcount == 4
step "advice, for a part"
madvise(@1, 1p, MADV_UNMERGEABLE)
expect folio(@1).ksm == 0, folio(@1).exclusive, pte(@1).write == 0, pte(@1).dirty == 0
expect folio(@2).mapcount == 3, vmas(@1..@5) == 2
let own = folio(@1)
store(@1, 1p, 82)
expect folio(@1) == own, pte(@1).write
ksmd: merge(P:@1, P:@2) = -EFAULT
step "the whole process"
prctl(PR_SET_MEMORY_MERGE, 0) = 0
expect folio(@2).ksm == 0, folio(@3).exclusive, folio(@4).exclusive, folio(@2) != folio(@3)
ksmd: merge(P:@2, P:@3) = -EFAULT
step "everybody"
madvise(@2, 2p, MADV_MERGEABLE)
ksmd: merge(P:@2, P:@3) = 0
Q = fork()
ksmd: unmerge() = 0
expect folio(@2).ksm == 0, folio(@3).ksm == 0, folio(Q:@2).ksm == 0, folio(Q:@2) != folio(@2)
expect folio(@2).exclusive, pte(@2).write == 0, folio(Q:@3).exclusive
