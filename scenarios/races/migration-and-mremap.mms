# A page is migrated while its area is moved. The entry of the migration moves with the area: does the
# walk back always find it?
title "Migration against mremap"
window 40p
set thp = never

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	mover in P { mremap(@4, 1p, 1p, MAYMOVE|FIXED, @20) = @20 }
	kcompactd { migrate(P:@4, 1p) = 0 or -EAGAIN or -EBUSY or -ENOENT }
}
expect content(@20) == 7, rmap(@20) == {P:@20}
never  pte(@20).migration
