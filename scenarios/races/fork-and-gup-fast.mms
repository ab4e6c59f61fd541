# A device takes a page without a lock while the process forks. If it got the page, the parent keeps it:
# the child has a copy, and a store of the parent goes to where the device looks.
title "fork against GUP-fast"
window 40p
set thp = never

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	forker in P { Q = fork() }
	device in P { gup_fast(@4) = 0 or 1 }
}
store(@4, 1p, 9)
expect content(@4) == 9, content(Q:@4) == 7
