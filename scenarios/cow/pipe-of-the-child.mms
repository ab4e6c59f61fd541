# The child gives each kind of page to a pipe and unmaps it, and the parent writes: does the pipe learn of it?
#
# It does not: the pipe's reference makes the parent copy, though nobody else maps the page any more.
# Kernel: tools/testing/selftests/mm/cow.c "vmsplice() + unmap in child"; mm/memory.c wp_can_reuse_anon_folio()

title "The child's pipe, for all kinds of pages"
include "kinds.mms"

Q = fork()
for i in 0..last {
	let p = x + i * 4M
	Q: pin(p, 1p, FOLL_GET)
	Q: munmap(p, 1p)
	store(p, 1p, 6)
	expect device(Q:p) == 5, content(p) == 6, folio(p).exclusive
}
