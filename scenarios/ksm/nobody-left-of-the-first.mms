# All addresses at which ksmd has mapped a page have other pages now, and a child still has it. Is it
# shared any more?
#
# Not by the scan that finds this out: a page without a known sharer is taken to be about to go. The scan
# that comes to the child makes it one of those known, and from then on others join again.
# Kernel: mm/ksm.c is_page_sharing_candidate(), stable_tree_search()

title "A page of KSM that only a child has"
window 24p

mmap(@1, 6p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 6p, MADV_MERGEABLE)
store(@1, 2p, 4)
ksmd: full_scan()
store(@6, 1p, 4)
ksmd: full_scan()
expect folio(@1).ksm, !folio(@6).ksm
let merged = folio(@1)
Q = fork()
store(@1, 2p, 9)
step "P comes first, and finds nobody"
ksmd: full_scan()
expect !folio(@6).ksm, folio(Q:@1) == merged, folio(Q:@1).stable_node.rmap_hlist_len == 2
step "now there is somebody"
ksmd: full_scan()
expect folio(@6) == merged, folio(Q:@6) == merged, folio(Q:@1).stable_node.rmap_hlist_len == 4
