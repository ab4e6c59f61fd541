# A page that is still in the swap cache is faulted back in while it is relocated.
title "A complete relocation against swap-in"
set relocate_anon = complete
set thp = never
set swap = 16M
set swap.writeback = held
window 40p

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
kswapd: reclaim(P:@4, 1p) = ?
expect pte(@4).swap
race {
	mover in P { mremap(@4, 1p, 1p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @20) = @20 }
	thread in P.t { load(@4) = 7 or SIGSEGV ; load(@20) = 7 or SIGSEGV }
}
expect content(@20) == 7
