# A page is swapped out while a thread stores to it. Whatever the order, a load afterwards gives what was
# stored last.
title "Reclaim against a store"
window 40p
set thp = never
set swap = 16M

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	writer in P { store(@4, 1p, 8) }
	kswapd { reclaim(P:@4, 1p) = ? }
}
expect content(@4) == 8
load(@4) = 8
