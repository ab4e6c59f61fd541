# Two pages are merged and swapped out, and then the device goes away. One slot served both: do both
# get a page of their own, with the right index?
title "swapoff of merged pages"
window 40p
set thp = never
set swap = 16M

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
madvise(@4, 4p, MADV_MERGEABLE)
store(@4, 1p, 7)
store(@6, 1p, 7)
ksmd: merge(P:@4, P:@6)
expect folio(@4) == folio(@6), folio(@4).ksm
kswapd: reclaim(P:@4, 1p) = ?
kswapd: reclaim(P:@4, 1p) = ?
expect pte(@4).swap, pte(@6).swap, swap(@4).cached == 0
swapoff("/swap")
expect content(@4) == 7, content(@6) == 7
expect rmap(@4) == {P:@4}, rmap(@6) == {P:@6}
