# And on zram: is the swap cache passed by for shared memory as well?
#
# Always, not only where one word is left: the file has the only entry.
# Kernel: mm/shmem.c shmem_swapin_folio(), shmem_swap_alloc_folio()

title "Shared memory and zram"
set swap = 16M
set swap.device = zram
window 24p

mmap(@4, 4p, RW, SHARED|ANONYMOUS|FIXED, -1, 0) = @4
store(@4, 4p, 7)
Q = fork()
Q: load(@4, 4p) = 7
Q: madvise(@4, 4p, MADV_PAGEOUT)
expect mm(P).rss_shmem == 4
note "what others map is not asked for; reclaim does not mind"
kswapd: reclaim(P:@4, 4p)
expect pte(@4).none, pte(Q:@4).none, !swap(@4).cached, sys().swap_free == 4091
load(@5) = 7
expect sys().swap_free == 4092, pte(Q:@5).none
madvise(@4, 4p, MADV_WILLNEED)
expect swap(@4).cached, swap(@6).cached, pte(@4).none, sys().swap_free == 4092
Q: store(@4, 1p, 8)
load(@4) = 8
madvise(@4, 4p, MADV_PAGEOUT)
munmap(@4, 4p)
Q: munmap(@4, 4p)
expect sys().swap_free == 4095
