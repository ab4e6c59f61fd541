# MADV_WILLNEED of pages in swap: they come into the swap cache, and the words stay. mincore() says that
# they are there; the next access finds them without reading.
# Kernel: mm/madvise.c swapin_walk_pmd_entry()

title "MADV_WILLNEED reads from swap"
set swap = 16M
set swap.device = zram
window 16p

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4..@8)
madvise(@4..@8, MADV_PAGEOUT)
mincore(@4..@8, [0, 0, 0, 0])
madvise(@4..@6, MADV_WILLNEED)
mincore(@4..@8, [1, 1, 0, 0])
expect pte(@4).swap, swap(@4).cached, swap(@4).exclusive, mm(P).swap == 4
load(@4) = 1
expect folio(@4).exclusive, pte(@4).write, folio(@4).swapcache
