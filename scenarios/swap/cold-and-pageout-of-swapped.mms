# MADV_COLD and MADV_PAGEOUT of pages that are in swap already: nothing.
# Kernel: mm/madvise.c madvise_cold_or_pageout_pte_range()

title "Advice on pages that are out already"
set swap = 16M
window 16p

mmap(@4, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4..@6)
madvise(@4..@6, MADV_PAGEOUT)
madvise(@4..@6, MADV_COLD)
madvise(@4..@6, MADV_PAGEOUT)
expect swap(@4).exclusive, mm(P).swap == 2
load(@4) = 1
