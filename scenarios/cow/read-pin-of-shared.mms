# A device takes each kind of page, shared with a child, only to read it, and the parent writes: what does the
# device read?
#
# The new data: pinning a page that is not exclusive unshares it first.
# Kernel: tools/testing/selftests/mm/cow.c "R/O GUP pin on R/O-mapped shared page"; mm/gup.c gup_must_unshare()

title "Pins for reading of what a child shares, of all kinds"
include "kinds.mms"

Q = fork()
for i in 0..last {
	let p = x + i * 4M
	pin(p, 1p, FOLL_PIN)
	let pinned = folio(p)
	Q: load(p) = 5
	expect pinned.exclusive, folio(Q:p) != pinned
	store(p, 1p, 6)
	expect folio(p) == pinned, device(p) == 6, content(Q:p) == 5
}
