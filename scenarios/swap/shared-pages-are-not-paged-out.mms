# Does MADV_PAGEOUT push out what a child maps as well? No: what others use is not the caller's to
# judge. Reclaim does not ask.
# Kernel: mm/madvise.c madvise_cold_or_pageout_pte_range()

title "MADV_PAGEOUT leaves shared pages alone"
set swap = 16M
window 16p

mmap(@4, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4..@6)
Q = fork()
store(@5)
madvise(@4..@6, MADV_PAGEOUT)
expect pte(@4).present, pte(@5).swap
Q: madvise(@4..@6, MADV_PAGEOUT)
expect pte(Q:@4).present, pte(Q:@5).swap
