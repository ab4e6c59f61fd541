# The buffer of a device is made read-only and writable again.  Does the next store part the two?
#
# No: the page stays exclusive through both, so that the store keeps it.
# Kernel: mm/mprotect.c can_change_pte_writable(), mm/memory.c do_wp_page()

title "A pin survives mprotect()"
window 20p

mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 1p, 4)
pin(@1, 1p)
let page = folio(@1)
mprotect(@1, 1p, READ)
mprotect(@1, 1p, RW)
store(@1, 1p, 5)
expect folio(@1) == page, device(@1) == 5
