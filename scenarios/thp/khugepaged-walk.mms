# khugepaged walks over one process: which of its blocks become huge, and which does it leave?
#
# Those of areas with MADV_HUGEPAGE that are whole, in use, and missing no more than max_ptes_none pages.
# A block that a device holds a page of is left, as is one that was never touched.
title "khugepaged: all of a process"
set thp = madvise
set khugepaged.max_ptes_none = 256

x = mmap(NULL, 10M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 10M, MADV_NOHUGEPAGE)
store(x, 512p)			# full
store(x + 2M, 256p)		# 256 missing: as many as may be
store(x + 4M, 255p)		# one more
store(x + 6M, 512p)		# full, and one page is pinned
pin(x + 6M, 1p)
madvise(x, 10M, MADV_HUGEPAGE)
y = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
store(y, 512p)			# nobody asked for it
expect collapsible(x) == SCAN_SUCCEED, collapsible(x + 4M) == SCAN_EXCEED_NONE_PTE
expect collapsible(x + 6M) == SCAN_PAGE_COUNT, collapsible(x + 8M) == SCAN_PMD_NONE
expect collapsible(y) == SCAN_VMA_CHECK
khugepaged: scan(P) = 2
expect pte(x).huge, pte(x + 2M).huge, pte(x + 4M).huge == 0, pte(x + 6M).huge == 0
expect pte(x + 8M).none, pte(y).huge == 0

note "the device lets go, and a page more is there"
unpin(x + 6M, 1p)
store(x + 4M + 300p)
khugepaged: scan(P) = 2
expect pte(x + 4M).huge, pte(x + 6M).huge
khugepaged: scan(P) = 0
