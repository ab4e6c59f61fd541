# A page of zeroes goes out. Is it written? Only a bit of the slot says that it is all zeroes; the slot
# is in use all the same, and nothing stays in memory even where writes are asynchronous.
# Kernel: mm/page_io.c swap_writeout(), swap_zeromap_folio_set()

title "A page of zeroes in swap"
set swap = 16M
window 16p

mmap(@4, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4, 1p, 0)
store(@5, 1p, 7)
madvise(@4..@6, MADV_PAGEOUT)
expect swap(@4).zero, !swap(@4).cached, !swap(@5).zero, swap(@5).cached, sys().swap_free == 4093
mincore(@4..@6, [0, 1])
load(@4) = 0
load(@5) = 7
expect folio(@4).exclusive
