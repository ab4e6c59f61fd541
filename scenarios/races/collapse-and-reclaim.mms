# khugepaged makes 2 MiB of two pages while kswapd swaps one of them out. Is it there in every order, once?
#
# Yes: reclaim finds the word by the anon_vma, whose lock the collapse holds, or the page locked.
# Kernel: mm/khugepaged.c collapse_huge_page(), mm/vmscan.c shrink_folio_list()
title "A collapse against reclaim"
set thp = madvise
set swap = 16M
window 4M

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_NOHUGEPAGE)
store(@0, 1p, 7)
store(@5, 1p, 8)
madvise(@0, 2M, MADV_HUGEPAGE)
race {
	khugepaged { collapse(P:@0) = ? }
	kswapd { reclaim(P:@0, 1p) = ? }
}
expect content(@5) == 8
expect pte(@0).swap || content(@0) == 7
sometimes pte(@0).huge
