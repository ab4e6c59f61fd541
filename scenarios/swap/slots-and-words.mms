# A page of a process is pushed out. What is left of it where? The page table gets a swap word that
# names a slot and says that the page was exclusive; the slot counts one word. The counter of swapped
# pages goes up, that of pages in memory down. A device that is written to in the background leaves
# the page in the swap cache, clean: it needs only to be dropped.
# Kernel: mm/rmap.c try_to_unmap_one(), mm/swapfile.c folio_alloc_swap()

title "What is left of a page in swap"
set swap = 16M
window 16p

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4..@8)
expect mm(P).rss_anon == 4, mm(P).swap == 0, folio(@4).exclusive
madvise(@4..@8, MADV_PAGEOUT)
expect mm(P).rss_anon == 0, mm(P).swap == 4, sys().swap_free == 4091
expect pte(@4).swap, !pte(@4).present, !pte(@4).none
expect swap(@4).count == 1, swap(@4).exclusive, swap(@4).cached
expect content(@5) == 2
mincore(@4..@8, [1, 1, 1, 1])
show swap
