# All pages are in use. What does reclaim take? In the first round nothing; it clears the accessed bits. In
# the second those that were not used meanwhile.
# Kernel: mm/vmscan.c folio_check_references()

title "Pages in use fall in the second round"
set swap = 16M
set swap.device = zram
window 16p

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4..@8)
kswapd: shrink(4p) = 0
expect !pte(@4).young, folio(@4).referenced, mm(P).swap == 0
load(@5) = 2
kswapd: shrink(4p) = 3
expect pte(@4).swap, pte(@5).present, folio(@5).active
