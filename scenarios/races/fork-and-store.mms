# A thread forks while another one stores. Does the child see the store? Both can be; the parent never
# loses it.
title "fork against a store"
window 40p
set thp = never

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	writer in P { store(@4, 1p, 8) }
	forker in P { Q = fork() }
}
expect    content(@4) == 8
sometimes content(Q:@4) == 7
sometimes content(Q:@4) == 8
