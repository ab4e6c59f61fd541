# Two addresses shared a page of KSM that went to swap. The first fault brings it back: and the second?
#
# While it is still in the swap cache it is still a page of KSM, and both map it again. Once it was dropped
# and read anew, the first fault makes it an ordinary page of the first address, in the swap cache. The second address
# cannot map that, for its index is another: the second fault copies it.
# Kernel: mm/ksm.c ksm_might_need_to_copy()

title "Swap-in that has to copy"
window 16p
set swap = 16M

mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@5, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
madvise(@1, 1p, MADV_MERGEABLE)
madvise(@5, 1p, MADV_MERGEABLE)
store(@1, 1p, 87)
store(@5, 1p, 87)
ksmd: merge(P:@1, P:@5) = 0
step "still in the cache"
kswapd: reclaim(P:@1, 1p)
expect pte(@1).swap, pte(@5).swap, !swap(@1).exclusive
load(@1) = 87
load(@5) = 87
expect folio(@1).ksm, folio(@1) == folio(@5), rmap(@1) == {P:@1, P:@5}
step "dropped, and read anew"
kswapd: reclaim(P:@1, 1p)
kswapd: reclaim(P:@1, 1p)
expect pte(@1).swap, !swap(@1).cached
load(@1) = 87
expect folio(@1).ksm == 0, folio(@1).swapcache
load(@5) = 87
expect folio(@5) != folio(@1), folio(@5).exclusive, folio(@5).swapcache == 0
store(@5, 1p, 88)
load(@1) = 87
