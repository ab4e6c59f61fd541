# Permissions change while the page is in swap. Does the word change? No: it has none; the page gets
# those of its area when it comes back.
# Kernel: mm/mprotect.c change_pte_range()

title "mprotect() over pages in swap"
set swap = 16M
window 16p

mmap(@4, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4..@6)
madvise(@4..@6, MADV_PAGEOUT)
mprotect(@4..@6, READ)
expect swap(@4).exclusive, swap(@5).exclusive
load(@4) = 1
expect !pte(@4).write, folio(@4).exclusive
mprotect(@4..@6, RW)
load(@5) = 2
expect pte(@5).write
store(@4..@6) = SIGSEGV or 0
