# How many pages may be missing for khugepaged, and how many for MADV_COLLAPSE?
#
# As many as max_ptes_none for the one, that many included; any number for the other, which asks for a table only.
# Kernel: tools/testing/selftests/mm/khugepaged.c collapse_empty(), collapse_single_pte_entry(),
# collapse_max_ptes_none()

title "Collapse of blocks with holes"
set thp = madvise
set khugepaged.max_ptes_none = 256

x = mmap(NULL, 8M, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
store(x, 255p, 5)
store(x + 4M, 255p, 5)
madvise(x, 8M, MADV_HUGEPAGE)
note "nothing there"
khugepaged: collapse(P:x + 2M) = SCAN_PMD_NONE
madvise(x + 2M, 2M, MADV_COLLAPSE) = -EINVAL
note "one page too few for khugepaged"
khugepaged: collapse(P:x) = SCAN_EXCEED_NONE_PTE
store(x + 255p, 1p, 5)
khugepaged: collapse(P:x) = SCAN_SUCCEED
expect pte(x).huge, content(x + 255p) == 5, content(x + 256p) == 0
madvise(x + 4M, 2M, MADV_COLLAPSE)
expect pte(x + 4M).huge, content(x + 4M + 254p) == 5, content(x + 4M + 255p) == 0
note "a single page"
madvise(x + 6M, 2M, MADV_NOHUGEPAGE)
store(x + 6M + 7p, 1p, 5)
madvise(x + 6M, 2M, MADV_HUGEPAGE)
khugepaged: collapse(P:x + 6M) = SCAN_EXCEED_NONE_PTE
madvise(x + 6M, 2M, MADV_COLLAPSE)
expect pte(x + 6M).huge, content(x + 6M + 7p) == 5
