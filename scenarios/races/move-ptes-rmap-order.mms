# A page is on its way when its area moves to where it came from: into its other half, which a walk of the rmap
# meets first. Who ends the migration looks there before the entry has arrived, and at the old place when it has
# gone. (Found in 2011; the order of areas was enforced then, and later mremap() locked walks out.) Is the entry
# left behind?
title "mremap() against the order of the rmap"
window 40p
set thp = never
bug move-ptes-rmap-order

mmap(@4, 2p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 2p, 7)
mremap(@5, 1p, 1p, MAYMOVE|FIXED, @20) = @20
race {
	mover in P { mremap(@20, 1p, 1p, MAYMOVE|FIXED, @5) = @5 }
	kcompactd { migrate(P:@20, 1p) = 0 or -EAGAIN or -EBUSY or -ENOENT }
}
must violate migration-entries
expect content(@5) == 7, vmas(@4..@6) == 1, rmap(@5) == {P:@5}
never  pte(@5).migration
