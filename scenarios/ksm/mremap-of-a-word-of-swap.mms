# A page of KSM is swapped out, and its word is moved by mremap() while the page is still in the swap
# cache. What does the fault at the new address map?
#
# The page of KSM, as it is: mremap() unmerges what is present only. No item of the page leads to the new
# address, so it cannot be reclaimed again, until ksmd has been there.
# Kernel: mm/mremap.c prep_move_vma(), mm/ksm.c ksm_might_need_to_copy(), rmap_walk_ksm()

title "mremap() of a swapped page of KSM"
window 24p
set swap = 16M
set swap.device = disk

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 2p, MADV_MERGEABLE)
store(@1, 2p, 85)
ksmd: full_scan()
ksmd: full_scan()
store(@2, 1p, 86)
expect folio(@1).ksm, folio(@1).mapcount == 1
madvise(@1, 1p, MADV_PAGEOUT)
expect pte(@1).swap, swap(@1).cached
mremap(@1, 1p, 1p, MREMAP_MAYMOVE|MREMAP_FIXED, @10) = @10
expect pte(@10).swap
load(@10) = 85
expect folio(@10).ksm, folio(@10).mapcount == 1, rmap(@10) == {}
step "nobody finds it"
madvise(@10, 1p, MADV_PAGEOUT)
expect pte(@10).present
step "ksmd does"
ksmd: full_scan()
expect rmap(@10) == {P:@10}
madvise(@10, 1p, MADV_PAGEOUT)
expect pte(@10).swap
