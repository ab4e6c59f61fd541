# The same on a device that computes a checksum, or compresses: the page must not change while it is
# written. So it comes back read-only and has lost PageAnonExclusive, although nobody shares it and
# nobody ever forked. A store copies as long as the write lasts.
# Kernel: mm/memory.c do_swap_page(), SWP_STABLE_WRITES

title "A page that must not change while it is written"
set swap = 16M
set swap.device = disk
set swap.stable_writes = on
window 16p

mmap(@4, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4..@6)
disk: writeback_start(P:@4) = 0
disk: writeback_start(P:@5) = 0
expect swap(@4).exclusive, swap(@5).exclusive
load(@4) = 1
expect !folio(@4).exclusive, !pte(@4).write, folio(@4).mapcount == 1
let page = folio(@4)
store(@4, 1p, 8)
expect folio(@4) != page, folio(@4).exclusive, !folio(@4).writeback

note "once the write has ended, a store keeps the page and frees the slot"
load(@5) = 2
let page2 = folio(@5)
disk: writeback_end(P:@5) = 0
store(@5, 1p, 9)
expect folio(@5) == page2, folio(@5).exclusive, !folio(@5).swapcache
