# A page comes back from swap for a load. May the next store go through without a fault? Yes: the word
# said exclusive, so it is mapped writable at once, and clean. The slot is kept as long as the page is
# clean: to push it out again costs no write. A store dirties the word only; the slot is stale from then
# on, and nobody is told until reclaim looks.
# Kernel: mm/memory.c do_swap_page()

title "Read back: writable, clean, and the slot kept"
set swap = 16M
window 16p

mmap(@4, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4..@6)
madvise(@4..@6, MADV_PAGEOUT)
load(@4) = 1
expect pte(@4).write, !pte(@4).dirty, folio(@4).exclusive, folio(@4).swapcache
expect sys().swap_free == 4093, mm(P).swap == 1
store(@4, 1p, 9)
expect pte(@4).dirty, folio(@4).swapcache
madvise(@4, 1p, MADV_PAGEOUT)
load(@4) = 9
