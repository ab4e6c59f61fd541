# Pages of MADV_FREE under MADV_PAGEOUT: dropped, not swapped. But one that was stored to in between is
# as valuable as any other.
# Kernel: mm/rmap.c try_to_unmap_one(), mm/vmscan.c shrink_folio_list()

title "Lazily freed pages need no slot"
set swap = 16M
window 16p

mmap(@4, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4..@7)
madvise(@4..@6, MADV_FREE)
# empties the batch in which they wait to become lazily freed
madvise(@4..@7, MADV_COLD)
store(@5, 1p, 8)
madvise(@4..@7, MADV_PAGEOUT)
expect pte(@4).none, mm(P).swap == 1, sys().swap_free == 4094
load(@4) = 0
load(@5) = 8
load(@6) = 3
