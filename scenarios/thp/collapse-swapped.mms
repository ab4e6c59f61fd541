# Some pages of a block are swapped out: does that keep it from being collapsed?
#
# MADV_COLLAPSE reads back any number of them; khugepaged as many as max_ptes_swap.
# Kernel: tools/testing/selftests/mm/khugepaged.c collapse_swapin_single_pte(), collapse_max_ptes_swap()

title "Collapse of what is swapped out"
set thp = madvise
set swap = 16M
set swap.device = zram

x = mmap(NULL, 8M, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
for i in 0..3 {
	store(x + i * 2M, 512p, 5)
}
note "one page"
madvise(x, 1p, MADV_PAGEOUT)
expect pte(x).swap
madvise(x, 2M, MADV_COLLAPSE)
expect pte(x).huge, content(x) == 5, mm(P).swap == 0

note "65 of them: one too many for khugepaged"
madvise(x + 2M, 65p, MADV_PAGEOUT)
madvise(x + 4M, 65p, MADV_PAGEOUT)
madvise(x + 6M, 1p, MADV_PAGEOUT)
expect mm(P).swap == 131
madvise(x + 4M, 4M, MADV_HUGEPAGE)
khugepaged: collapse(P:x + 4M) = SCAN_EXCEED_SWAP_PTE
expect pte(x + 4M).swap, mm(P).swap == 131
note "64 may be"
load(x + 4M + 64p) = 5
khugepaged: collapse(P:x + 4M) = SCAN_SUCCEED
expect pte(x + 4M).huge, content(x + 4M) == 5, mm(P).swap == 66
khugepaged: collapse(P:x + 6M) = SCAN_SUCCEED
madvise(x + 2M, 2M, MADV_COLLAPSE)
expect pte(x + 2M).huge, pte(x + 6M).huge, mm(P).swap == 0, content(x + 2M + 64p) == 5
