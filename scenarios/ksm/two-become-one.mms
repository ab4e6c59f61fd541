# Two processes have pages with the same content. What are they after ksmd came by?
#
# One page, read-only and clean in both, exclusive to nobody. The frame is that of the page which ksmd
# came to last; the other one is free.
# Kernel: mm/ksm.c try_to_merge_two_pages(), write_protect_page(), replace_page()

title "Two pages become one"
window 16p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 2p, MADV_MERGEABLE)
Q = fork()
store(@1, 1p, 71)
Q: store(@2, 1p, 71)
expect folio(@1).exclusive, folio(@1).dirty == 0, pte(@1).dirty
let last = folio(Q:@2)
ksmd: merge(P:@1, Q:@2) = 0
expect folio(@1) == folio(Q:@2), folio(@1) == last
expect folio(@1).ksm, folio(@1).mapcount == 2, folio(@1).refcount == 2
expect folio(@1).exclusive == 0, folio(@1).dirty
expect pte(@1).write == 0, pte(@1).dirty == 0, pte(Q:@2).write == 0, pte(Q:@2).dirty == 0
expect rmap(@1) == {P:@1, Q:@2}
expect mm(P).rss_anon == 1, mm(Q).rss_anon == 1
load(@1) = 71
Q: load(@2) = 71
