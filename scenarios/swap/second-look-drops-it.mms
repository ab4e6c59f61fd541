# The page was written in the background and stays in the swap cache. When does it leave memory? When
# reclaim looks at it again: written, clean, unmapped.
# Kernel: mm/vmscan.c __remove_mapping()

title "The second look of reclaim drops the page"
set swap = 16M
window 16p

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4)
kswapd: reclaim(P:@4, 1p) = 0
expect swap(@4).cached, !swap(@4).folio.writeback, !swap(@4).folio.dirty
let before = sys().free
kswapd: reclaim(P:@4, 1p) = 1
expect !swap(@4).cached, sys().free == before + 1
load(@4) = 1
