# Reclaim takes a page that two processes map: one slot, two words, neither of them exclusive.
# Kernel: mm/rmap.c try_to_unmap()

title "Reclaim of a shared page"
set swap = 16M
set swap.device = zram
window 16p

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4)
Q = fork()
kswapd: reclaim(P:@4, 1p) = 1
expect swap(@4).count == 2, !swap(@4).exclusive, !swap(Q:@4).exclusive, swap(@4).slot == swap(Q:@4).slot
expect mm(P).swap == 1, mm(Q).swap == 1
