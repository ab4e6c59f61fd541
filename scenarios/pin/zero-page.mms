# Memory that was only read is one page for everybody.  What does a device get of it?
#
# To write, or to read for long, a page of its own; to read for a moment, the zero page, on which a
# pin counts nothing.  The page for long reading is mapped read-only and clean.
# Kernel: mm/gup.c gup_must_unshare(), try_grab_folio()

title "Pins and the zero page"
window 20p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
load(@1, 4p) = 0
expect pte(@1).zero
pin(@1, 1p, FOLL_PIN)
expect pte(@1).zero
pin(@2, 1p, FOLL_PIN|FOLL_LONGTERM)
expect pte(@2).zero == 0, pte(@2).write == 0, pte(@2).dirty == 0, folio(@2).exclusive
pin(@3, 1p)
expect pte(@3).zero == 0, pte(@3).write, folio(@3).pinned
store(@1, 3p, 5)
expect device(@1) == 0, device(@2) == 5, device(@3) == 5
note "a plain reference to the zero page counts"
pin(@4, 1p, FOLL_GET)
expect pte(@4).zero
unpin(@4, 1p)
unpin(@1, 3p)
