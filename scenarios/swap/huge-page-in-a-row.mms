# A huge page goes to swap as one piece: what is left of it where, and what comes back?
#
# A block device has 512 slots in a row for it, aligned as the page is. Its one entry becomes a table
# with a swap word for each page, each of them exclusive. A device that reads at once gives back only
# what is asked for, a page at a time, unless smaller folios are allowed; and each slot is freed on
# its own.
# Kernel: mm/swapfile.c folio_alloc_swap(), mm/rmap.c try_to_unmap_one(), mm/memory.c do_swap_page()

title "A huge page in swap"
set swap = 16M
set swap.device = zram

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 2M, MADV_HUGEPAGE)
store(x)
store(x + 5p, 1, 7)
expect pte(x).huge, mm(P).rss_anon == 512, sys().swap_free == 4095
madvise(x, 2M, MADV_PAGEOUT)
expect mm(P).rss_anon == 0, mm(P).swap == 512, sys().swap_free == 4095 - 512
expect pte(x).swap, pte(x + 511p).swap, swap(x).exclusive, swap(x + 511p).exclusive
expect swap(x).slot == 512, swap(x + 5p).slot == 517, swap(x).cached == 0
mincore(x, 2p, [0, 0])

note "a load brings one page; nobody else ever had it, so that it is writable at once"
load(x + 5p) = 7
expect folio(x + 5p).order == 0, pte(x + 5p).write, pte(x + 5p).dirty == 0, pte(x + 4p).swap
expect mm(P).rss_anon == 1, mm(P).swap == 511, sys().swap_free == 4095 - 511

note "a part is unmapped, a part dropped: their slots are free"
munmap(x + 1M, 1M)
madvise(x, 4p, MADV_DONTNEED)
expect mm(P).swap == 251, sys().swap_free == 4095 - 251
load(x + 4p) = 0
