# All but one page of a huge page that is in swap are dropped. What comes back for the one that is left?
#
# Its slot is the only one in use. If the folio has left memory, a page of its own; if not, that page of
# the folio, which a store may take over: nobody else ever can.
# Kernel: mm/memory.c do_swap_page(), mm/swapfile.c free_swap_and_cache_nr()

title "A single page of a huge page in swap"
set swap = 16M
set swap.device = disk

x = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 4M, MADV_HUGEPAGE)
store(x)
store(x + 2M)
madvise(x, 2M, MADV_PAGEOUT)
madvise(x + 2M, 2M, MADV_PAGEOUT)
load(x + 2M) = 2
madvise(x + 2M, 2M, MADV_PAGEOUT)
madvise(x + 1p, 2M - 1p, MADV_DONTNEED)
madvise(x + 2M + 1p, 2M - 1p, MADV_DONTNEED)
expect mm(P).swap == 2, sys().swap_free == 4095 - 513
Q = fork()
Q: load(x) = 1
expect folio(Q:x).order == 9, folio(Q:x).mapcount == 1, folio(Q:x).exclusive == 0
Q: load(x + 2M) = 2
expect folio(Q:x + 2M).order == 0
store(x, 1, 8)
store(x + 2M, 1, 9)
Q: load(x) = 1
Q: load(x + 2M) = 2
