# fork copies a pinned page at once, and write-protects the next page later. A thread stores to the first and then to
# the second in between: what does the child see? As of 6.18 the later store, and not the earlier one.
title "A child's memory that never was"
window 40p
set thp = never

mmap(@4, 2p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 2p, 1)
pin(@4, 1p)
race {
	forker in P { Q = fork() }
	writer in P {
		store(@4, 1p, 2)
		store(@5, 1p, 2)
	}
}
sometimes content(Q:@4) == 1 && content(Q:@5) == 2
sometimes content(Q:@4) == 2 && content(Q:@5) == 2
expect device(@4) == 2, content(@4) == 2, content(@5) == 2
