# The parent gives each kind of page to a pipe, forks and unmaps it, and the child writes: does the pipe learn of it?
#
# It does not: a plain reference does not keep fork() from sharing, and it makes the child copy.
# Kernel: tools/testing/selftests/mm/cow.c "vmsplice() before fork(), unmap in parent after fork()"

title "The parent's pipe, made before fork(), for all kinds of pages"
include "kinds.mms"

for i in 0..last {
	pin(x + i * 4M, 1p, FOLL_GET)
}
Q = fork()
for i in 0..last {
	let p = x + i * 4M
	expect folio(Q:p) == folio(p)
	munmap(p, 1p)
	Q: store(p, 1p, 6)
	expect device(p) == 5, content(Q:p) == 6
}
