# Exclusive does not mean writable. Memory that mprotect() made read-only goes out and comes back
# exclusive; made writable again, the store needs no fault that copies.
# Kernel: mm/memory.c do_swap_page(), mm/mprotect.c can_change_pte_writable()

title "Read-only and exclusive through swap"
set swap = 16M
window 16p

mmap(@4, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4..@6)
mprotect(@4, 1p, READ)
madvise(@4, 1p, MADV_PAGEOUT)
load(@4) = 1
expect folio(@4).exclusive, !pte(@4).write
mprotect(@4, 1p, RW)
expect pte(@4).write
let page = folio(@4)
store(@4, 1p, 7)
expect folio(@4) == page
