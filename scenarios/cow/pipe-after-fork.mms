# The parent forks, gives each kind of page to a pipe and unmaps it, and the child writes: does the pipe learn of it?
#
# It does not, for the same reason.
# Kernel: tools/testing/selftests/mm/cow.c "vmsplice() + unmap in parent after fork()"

title "The parent's pipe, made after fork(), for all kinds of pages"
include "kinds.mms"

Q = fork()
for i in 0..last {
	let p = x + i * 4M
	pin(p, 1p, FOLL_GET)
	munmap(p, 1p)
	Q: store(p, 1p, 6)
	expect device(p) == 5, content(Q:p) == 6
}
