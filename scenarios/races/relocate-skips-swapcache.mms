# A page has been unmapped on its way to swap and is still in the swap cache while its area is relocated. It
# comes back at the new place: with which index?
title "A relocation that passes over the swap cache"
set relocate_anon = v1
set thp = never
set swap = 16M
set swap.writeback = held
window 40p
bug relocate-skips-swapcache

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	mover in P { mremap(@4, 1p, 1p, MAYMOVE|FIXED|RELOCATE_ANON, @20) = @20 }
	kswapd { reclaim(P:@4, 1p) = ? }
}
must violate swap-index
expect content(@20) == 7
