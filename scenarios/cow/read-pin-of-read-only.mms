# A device takes each kind of page, made read-only, only to read it; it is made writable and written: what does
# the device read?
#
# The new data: the page was exclusive and is pinned as it is.
# Kernel: tools/testing/selftests/mm/cow.c "R/O GUP pin on R/O-mapped exclusive page"; mm/gup.c gup_must_unshare()

title "Pins for reading of what is read-only, of all kinds"
include "kinds.mms"

for i in 0..last {
	let p = x + i * 4M
	mprotect(p, 1p, READ)
	pin(p, 1p, FOLL_PIN)
	expect folio(p).exclusive, pte(p).write == 0
	let page = folio(p)
	mprotect(p, 1p, RW)
	store(p, 1p, 6)
	expect device(p) == 6, folio(p) == page
}
