# A device wants to read for long what is nobody's own: the zero page, the page of a file in a private
# mapping.  Will it see what the process writes later?
#
# Yes: with FOLL_LONGTERM such pages are copied first, too.  The copies are mapped read-only and clean.
# Kernel: mm/gup.c gup_must_unshare()

title "Reading for long unshares more"
window 20p

fd = memfd_create("m", 0)
ftruncate(fd, 4p)
mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@3, 2p, RW, PRIVATE|FIXED, fd, 0) = @3
load(@1)
load(@3, 2p)
pin(@1, 1p, FOLL_PIN|FOLL_LONGTERM)
expect pte(@1).zero == 0, pte(@1).write == 0, pte(@1).dirty == 0, folio(@1).exclusive
pin(@3, 1p, FOLL_PIN|FOLL_LONGTERM)
expect folio(@3).anon, folio(@3).exclusive, pte(@3).write == 0
store(@1, 1p, 5)
store(@3, 1p, 6)
expect device(@1) == 5, device(@3) == 6
note "a moment is too short for that"
pin(@4, 1p, FOLL_PIN)
expect folio(@4).anon == 0
