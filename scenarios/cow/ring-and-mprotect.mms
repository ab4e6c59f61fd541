# A ring has each kind of page registered, which is made read-only and writable again and written: what goes out?
#
# The new data: the page stays exclusive through all that, so that no store ever copies it.
# Kernel: tools/testing/selftests/mm/cow.c "R/O-mapping a page registered as iouring fixed buffer"; mm/gup.c

title "A ring's pages and mprotect(), for all kinds"
include "kinds.mms"

for i in 0..last {
	let p = x + i * 4M
	pin(p, 1p)
	mprotect(p, 1p, READ)
	mprotect(p, 1p, RW)
	store(p, 1p, 6)
	expect device(p) == 6, folio(p).pinned, folio(p).exclusive
}
