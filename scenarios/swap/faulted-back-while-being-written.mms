# A page is being written to swap, and its owner wants it back. On most devices it may change while it
# is written: it is mapped writable and exclusive, with the write under way.
# Kernel: mm/memory.c do_swap_page()

title "Faulted back while it is being written"
set swap = 16M
window 16p

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4)
disk: writeback_start(P:@4) = 0
expect swap(@4).folio.writeback, swap(@4).exclusive
store(@4, 1p, 8)
expect folio(@4).exclusive, pte(@4).write, folio(@4).writeback
disk: writeback_end(P:@4) = 0
expect !folio(@4).writeback
disk: writeback_end(P:@4) = -ENOENT
load(@4) = 8
