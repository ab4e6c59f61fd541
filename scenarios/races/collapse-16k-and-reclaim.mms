# khugepaged makes a folio of 16 KiB of four pages while kswapd swaps another page of the same table out, and
# one of the four. Is everything there in every order, once?
#
# Yes. If the four are one folio by then, it is split for the swap file, and all four go.
title "A collapse to 16 KiB against reclaim"
set swap = 16M
set collapse = mthp
set thp = never
set thp.16K = madvise
window 4M

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_NOHUGEPAGE)
store(@0, 4p, 7)
store(@8, 1p, 5)
madvise(@0, 2M, MADV_HUGEPAGE)
race {
	khugepaged { collapse(P:@0) = ? }
	kswapd { reclaim(P:@8, 1p) = ? 
		reclaim(P:@0, 1p) = ? }
}
expect pte(@0).swap || content(@0) == 7
expect pte(@8).swap || content(@8) == 5
sometimes pte(@1).swap
sometimes pte(@1).present
