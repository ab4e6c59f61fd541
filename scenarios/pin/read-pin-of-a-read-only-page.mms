# The page is exclusive, and mprotect() has made it read-only, when a device wants to read it.
#
# Then it is pinned as it is.  Made writable again and written to, it is still the device's page.
# Kernel: mm/gup.c gup_must_unshare(), mm/mprotect.c can_change_pte_writable()

title "A pin for reading of an exclusive read-only page"
window 20p

mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 1p, 4)
let page = folio(@1)
mprotect(@1, 1p, READ)
expect pte(@1).write == 0, folio(@1).exclusive
pin(@1, 1p, FOLL_PIN)
pin(@1, 1p) = -EFAULT
mprotect(@1, 1p, RW)
store(@1, 1p, 5)
expect folio(@1) == page, device(@1) == 5
