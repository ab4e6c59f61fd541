# The child ends before anybody touched the page. Is it exclusive again? The word does not say so any
# more. From the swap cache the page comes back read-only, and a store has to see whether it is the last:
# it is, and keeps the page.
# Kernel: mm/memory.c copy_nonpresent_pte(), wp_can_reuse_anon_folio()

title "Exclusive in swap is lost by fork"
set swap = 16M
window 16p

mmap(@4, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4..@6)
madvise(@4..@6, MADV_PAGEOUT)
Q = fork()
Q: exit()
expect swap(@4).count == 1, !swap(@4).exclusive
load(@4) = 1
expect !folio(@4).exclusive, !pte(@4).write, folio(@4).mapcount == 1
let page = folio(@4)
store(@4, 1p, 8)
expect folio(@4) == page, folio(@4).exclusive, !folio(@4).swapcache
# for a store at once, the slot goes, and what is left is ours
store(@5, 1p, 9)
expect folio(@5).exclusive, !folio(@5).swapcache
