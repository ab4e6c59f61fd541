# A page is swapped out while it is relocated: it may be anywhere on its way. Does it come back with the
# index of where it is?
title "A complete relocation against reclaim"
set relocate_anon = complete
set thp = never
set swap = 16M
set swap.writeback = held
window 40p

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	mover in P { mremap(@4, 1p, 1p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @20) = @20 }
	kswapd { reclaim(P:@4, 1p) = ? }
}
expect content(@20) == 7
sometimes pte(@20).swap
sometimes pte(@20).present
