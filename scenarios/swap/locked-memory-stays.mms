# Locked memory cannot be paged out: EINVAL. And mlock() brings back what is out, slots and all.
# Kernel: mm/madvise.c can_madv_lru_vma(), mm/memory.c should_try_to_free_swap()

title "Locked memory and swap"
set swap = 16M
window 16p

mmap(@4, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4..@6)
madvise(@4..@6, MADV_PAGEOUT)
mlock(@4..@6)
expect pte(@4).present, pte(@5).present, mm(P).swap == 0, sys().swap_free == 4095
madvise(@4..@6, MADV_PAGEOUT) = -EINVAL
munlock(@4..@6)
madvise(@4..@6, MADV_PAGEOUT)
expect mm(P).swap == 2
