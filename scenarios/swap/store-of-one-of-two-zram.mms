# The same on a device that reads at once: two words, so the page goes through the swap cache; one
# word is left afterwards.
# Kernel: mm/memory.c do_swap_page()

title "One of two sharers stores, on zram"
set swap = 16M
set swap.device = zram
window 16p

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4, 1p, 7)
madvise(@4, 1p, MADV_PAGEOUT)
Q = fork()
store(@4, 1p, 8)
expect folio(@4).exclusive, pte(Q:@4).swap, swap(Q:@4).count == 1
Q: load(@4) = 7
load(@4) = 8
