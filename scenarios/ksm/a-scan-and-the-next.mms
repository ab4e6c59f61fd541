# Pages of equal content are there, and ksmd scans. When are they one?
#
# At the second scan that finds them as they were: the first notes what each holds. A page that is like
# one of KSM needs its two scans, too; what fork has copied needs none. The frame is that of the page that
# is second in the scan, which goes by process and address.
# Kernel: mm/ksm.c cmp_and_merge_page(), scan_get_next_rmap_item()

title "One scan looks, the next merges"
window 24p

mmap(@1, 6p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 6p, MADV_MERGEABLE)
store(@1, 3p, 5)
let second = folio(@2)
ksmd: full_scan() = 0
expect !folio(@1).ksm
step "one comes, one changes"
store(@4, 1p, 5)
store(@3, 1p, 6)
ksmd: full_scan() = 0
expect folio(@1) == second, folio(@2) == second, folio(@1).ksm
expect !folio(@3).ksm, !folio(@4).ksm
ksmd: full_scan() = 0
expect folio(@4) == second, !folio(@3).ksm
step "a change and back again is none"
store(@3, 1p, 5)
store(@3, 1p, 6)
store(@4, 1p, 7)
store(@4, 1p, 5)
expect folio(@4) != second
ksmd: full_scan() = 0
expect folio(@4) == second
step "children"
Q = fork()
expect rmap(@1) == {P:@1, P:@2, P:@4, Q:@1, Q:@2, Q:@4}
ksmd: full_scan() = 0
expect folio(@1).stable_node.rmap_hlist_len == 6
exit_group()
ksmd: full_scan() = 0
expect folio(Q:@1).stable_node.rmap_hlist_len == 3, rmap(Q:@1) == {Q:@1, Q:@2, Q:@4}
