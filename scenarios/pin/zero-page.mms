# Memory that was only read is one page for everybody.  What does a device get of it?
#
# To write, a page of its own; to read for a moment, the zero page, on which a pin counts nothing; a
# plain reference counts.
# Kernel: mm/gup.c try_grab_folio()

title "Pins and the zero page"
window 20p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
load(@1, 4p) = 0
pin(@1, 1p, FOLL_PIN)
expect pte(@1).zero
pin(@3, 1p)
expect pte(@3).zero == 0, pte(@3).write, folio(@3).pinned
store(@1, 3p, 5)
expect device(@1) == 0, device(@3) == 5
pin(@4, 1p, FOLL_GET)
expect pte(@4).zero
unpin(@4, 1p)
unpin(@1, 1p)
unpin(@3, 1p)
