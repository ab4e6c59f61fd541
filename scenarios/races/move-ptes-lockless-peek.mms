# The order is right: a walk of the rmap meets the old place of a moving page first. mremap() has taken the entry out
# there, both tables locked; who ends the migration looks at both words without the locks, and sees nothing twice.
# (The other half of what was found in 2011.) Is order enough?
title "A look without the lock misses a moving entry"
window 40p
set thp = never
bug move-ptes-lockless-peek

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	mover in P { mremap(@4, 1p, 1p, MAYMOVE|FIXED, @20) = @20 }
	kcompactd { migrate(P:@4, 1p) = 0 or -EAGAIN or -EBUSY or -ENOENT }
}
must violate migration-entries
expect content(@20) == 7, rmap(@20) == {P:@20}
never  pte(@20).migration
