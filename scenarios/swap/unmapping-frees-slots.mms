# munmap(), MADV_DONTNEED and MADV_FREE of pages in swap: which gives back the slots when? All three
# at once; there is nothing that MADV_FREE could keep for later.
# Kernel: mm/memory.c zap_nonpresent_ptes(), mm/madvise.c madvise_free_pte_range()

title "Unmapping gives slots back"
set swap = 16M
window 16p

mmap(@4, 6p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4..@10)
madvise(@4..@10, MADV_PAGEOUT)
expect sys().swap_free == 4089
madvise(@4..@6, MADV_DONTNEED)
expect pte(@4).none, mm(P).swap == 4, sys().swap_free == 4091
madvise(@6..@8, MADV_FREE)
expect pte(@6).none, mm(P).swap == 2, sys().swap_free == 4093
munmap(@8..@10)
expect mm(P).swap == 0, sys().swap_free == 4095
load(@4..@8) = 0
