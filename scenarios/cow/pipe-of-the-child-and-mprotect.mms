# As before, and the parent makes the page read-only and writable again before it writes: does the pipe learn of it?
#
# It does not: mprotect() does not look at who maps the page, but at PageAnonExclusive.
# Kernel: tools/testing/selftests/mm/cow.c "vmsplice() + unmap in child with mprotect() optimization";
# mm/mprotect.c can_change_pte_writable()

title "The child's pipe and mprotect(), for all kinds of pages"
include "kinds.mms"

Q = fork()
for i in 0..last {
	let p = x + i * 4M
	Q: pin(p, 1p, FOLL_GET)
	Q: munmap(p, 1p)
	mprotect(p, 1p, READ)
	mprotect(p, 1p, RW)
	expect pte(p).write == 0
	store(p, 1p, 6)
	expect device(Q:p) == 5, content(p) == 6
}
