# When does khugepaged collapse, and when does it not? Its own words for it.
#
# It goes by the settings, and counts what is missing, swapped out or shared before it
# begins. The limits are inclusive. Who asks by MADV_COLLAPSE is not held to them.
title "The limits of khugepaged"
set thp = madvise
set khugepaged.max_ptes_none = 510
set khugepaged.max_ptes_shared = 1

x = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
store(x)
khugepaged: collapse(P:x) = SCAN_VMA_CHECK
madvise(x, 4M, MADV_HUGEPAGE)
khugepaged: collapse(P:x) = SCAN_EXCEED_NONE_PTE
store(x + 511p)
khugepaged: collapse(P:x) = SCAN_SUCCEED
khugepaged: collapse(P:x) = SCAN_PMD_MAPPED
khugepaged: collapse(P:x + 2M) = SCAN_PMD_NONE

note "shared: two pages are one too many"
madvise(x + 2M, 2M, MADV_NOHUGEPAGE)
store(x + 2M, 3p)
madvise(x + 2M, 2M, MADV_HUGEPAGE)
Q = fork()
store(x + 2M)
khugepaged: collapse(P:x + 2M) = SCAN_EXCEED_SHARED_PTE
store(x + 2M + 1p)
khugepaged: collapse(P:x + 2M) = SCAN_SUCCEED

note "a page that somebody holds"
R = fork()
exit(0)
Q: exit(0)
R: store(x + 2M)
expect pte(R:x + 2M).huge
R: munmap(x + 2M, 1p)
khugepaged: collapse(R:x + 2M) = SCAN_ADDRESS_RANGE
