# fork write-protects page by page, flushes at its end, and held mmap_lock alone; faults hold only the lock of
# their area (fb49c455323f, 6.4). One of them copies a page that is protected and not yet flushed, while a third
# processor still stores to it. Which page has the store?
title "fork, and a fault under the lock of its area"
window 40p
set thp = never
bug fork-without-vma-locks

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	writer in P {
		store(@4, 1p, 9) = 0
		store(@4, 1p, 10) = 0
	}
	faulter in P { store(@4, 1p, 8) = 0 }
	forker in P { Q = fork() }
}
must violate lost-store
expect content(@4) == 8 || content(@4) == 10
