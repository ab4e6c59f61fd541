# A device takes each kind of page, once shared with a child that has ended, only to read it, and the parent
# writes: what does the device read?
#
# The new data.  Nobody else is left, so that the page becomes exclusive again without a copy.  Only what is left
# alone of a huge page is copied, which lets the huge one go.
# Kernel: tools/testing/selftests/mm/cow.c "R/O GUP pin on R/O-mapped previously-shared page"; mm/memory.c
# do_wp_page()

title "Pins for reading of what was shared, of all kinds"
include "kinds.mms"

Q = fork()
Q: exit(0)
for i in 0..last {
	let p = x + i * 4M
	load(p) = 5
	let page = folio(p)
	pin(p, 1p, FOLL_PIN)
	expect folio(p).exclusive, (folio(p) == page) == (i != 5)
	let pinned = folio(p)
	store(p, 1p, 6)
	expect device(p) == 6, folio(p) == pinned
}
