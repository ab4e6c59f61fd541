# The same with a patch that is in no release (June 2025): before fork copies a pinned page it write-protects it and flushes, so
# that a store waits for the end of fork. Is what the child sees of one moment now?
title "A pinned page is protected before fork copies it"
window 40p
set thp = never
set fork_protects_early_copies = on

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
never content(Q:@4) == 1 && content(Q:@5) == 2
sometimes content(Q:@4) == 2 && content(Q:@5) == 2
expect device(@4) == 2, content(@4) == 2, content(@5) == 2
