# Which page goes when a few have to? The one that was not used since reclaim last looked: an accessed bit
# saves a page for one round, and tells reclaim that it was there.
# Kernel: mm/vmscan.c folio_check_references(), mm/rmap.c folio_referenced()

title "The second chance"
set swap = 16M
set swap.device = zram
window 16p

mmap(@4, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4..@12)
# empties the batches and takes away the accessed bits
madvise(@4..@12, MADV_COLD)
load(@6) = 3
load(@9) = 6
kswapd: shrink(6p) = 6
expect pte(@4).swap, pte(@6).present, pte(@9).present, mm(P).swap == 6
