# A page comes back for a store. What would the slot be good for? It is given up at once, if nobody
# else needs it.
# Kernel: mm/memory.c should_try_to_free_swap()

title "Brought back by a store: the slot is free again"
set swap = 16M
window 16p

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4)
madvise(@4, 1p, MADV_PAGEOUT)
store(@4, 1p, 9)
expect folio(@4).exclusive, pte(@4).dirty, !folio(@4).swapcache, sys().swap_free == 4095
