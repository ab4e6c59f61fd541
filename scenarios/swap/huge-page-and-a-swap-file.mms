# A huge page goes to a swap file: as one piece?
#
# No: the pieces of a file may lie anywhere on the disk. The folio is split, the shared zero page takes
# the place of what holds but zeroes, and what is left goes page by page. With no free slot for it
# the pages stay, split.
# Kernel: mm/swapfile.c cluster_alloc_swap_entry(), mm/vmscan.c shrink_folio_list()

title "A huge page and a swap file"
set swap = 64K

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 2M, MADV_HUGEPAGE)
store(x)
store(x + 5p, 1, 7)
madvise(x, 2M, MADV_PAGEOUT)
expect mm(P).swap == 2, mm(P).rss_anon == 0, pte(x).swap, pte(x + 5p).swap, pte(x + 6p).zero
load(x + 5p) = 7
expect folio(x + 5p).order == 0

note "more pages than slots: split all the same, and the rest stays in memory"
y = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(y, 2M, MADV_HUGEPAGE)
store(y, 20p)
madvise(y, 2M, MADV_PAGEOUT)
expect pte(y + 20p).zero, sys().swap_free == 0, mm(P).rss_anon + mm(P).swap == 22
