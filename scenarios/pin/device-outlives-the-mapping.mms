# A page is unmapped while a device holds it.  What does the device see, and what the process?
#
# The device keeps its page; the address gets a new one.
# Kernel: mm/gup.c unpin_user_page(), mm/memory.c zap_pte_range()

title "A device outlives the mapping"
window 20p

mmap(@1, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 3p, 4)
pin(@1, 3p)
madvise(@1, 1p, MADV_DONTNEED)
expect pte(@1).none, device(@1) == 4
store(@1, 1p, 5)
expect device(@1) == 4, folio(@1).pinned == 0
note "munmap is no different"
munmap(@2, 1p)
expect device(@2) == 4
note "a page that moves stays the device's"
let page = folio(@3)
mremap(@3, 1p, 1p, MAYMOVE|FIXED, @6) = @6
expect folio(@6) == page, folio(@6).pinned
store(@6, 1p, 6)
expect device(@3) == 6
unpin(@1, 3p)
expect folio(@6).pinned == 0
unpin(@1, 1p) = -ENXIO
