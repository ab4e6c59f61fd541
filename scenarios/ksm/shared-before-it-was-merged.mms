# A child lets its memory be merged, the parent does not. What about a page that both still share?
#
# It becomes the page of KSM as it is, and the parent's mapping is one of it: a mapping that no walk finds,
# for ksmd knows of the child's address only. So it cannot be moved or reclaimed while the parent has it.
# Kernel: mm/ksm.c write_protect_page(), rmap_walk_ksm()

title "A parent that KSM does not know"
window 24p
set swap = 16M
set swap.device = zram

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 2p, 3)
Q = fork()
Q: madvise(@1, 2p, MADV_MERGEABLE)
let last = folio(@2)
ksmd: full_scan()
ksmd: full_scan()
expect folio(Q:@1) == last, folio(@2) == last, folio(@1) != last
expect folio(@2).ksm, folio(@2).mapcount == 3, rmap(@2) == {Q:@1, Q:@2}
step "the child ends: nobody finds it"
Q: exit_group()
expect folio(@2).ksm, folio(@2).mapcount == 1, rmap(@2) == {}
madvise(@2, 1p, MADV_PAGEOUT)
expect pte(@2).present
madvise(@1, 1p, MADV_PAGEOUT)
expect pte(@1).swap
step "the parent is asked to merge, and ksmd comes by"
madvise(@2, 1p, MADV_MERGEABLE)
ksmd: full_scan()
expect rmap(@2) == {P:@2}
madvise(@2, 1p, MADV_PAGEOUT)
expect pte(@2).swap
