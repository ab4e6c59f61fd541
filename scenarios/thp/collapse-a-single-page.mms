# khugepaged finds a table with one page in it, and its limit is as it is by default: does it make a huge page
# of that?
#
# It does: 511 pages may be missing.
# Kernel: tools/testing/selftests/mm/khugepaged.c collapse_single_pte_entry()

title "khugepaged and a single page"
set thp = madvise

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
store(x + 7p, 1p, 5)
madvise(x, 2M, MADV_HUGEPAGE)
khugepaged: collapse(P:x) = SCAN_SUCCEED
expect pte(x).huge, content(x + 7p) == 5, content(x) == 0, mm(P).rss_anon == 512
