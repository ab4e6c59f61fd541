# khugepaged makes 2 MiB of two pages while their owner stores to one of them, and to one that is not there
# yet. Is a store ever lost?
#
# No: a store either comes before the words go, and is copied, or finds no word and waits.
# Kernel: mm/khugepaged.c collapse_huge_page(), __collapse_huge_page_copy()
title "A collapse against stores"
set thp = madvise
window 4M

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_NOHUGEPAGE)
store(@0, 1p, 7)
store(@5, 1p, 8)
madvise(@0, 2M, MADV_HUGEPAGE)
race {
	khugepaged { collapse(P:@0) = SCAN_SUCCEED or SCAN_PAGE_COUNT or SCAN_PAGE_LRU or SCAN_FAIL }
	writer in P { store(@0, 1p, 9)
		store(@1, 1p, 10) }
}
expect content(@0) == 9, content(@1) == 10, content(@5) == 8
sometimes pte(@0).huge
