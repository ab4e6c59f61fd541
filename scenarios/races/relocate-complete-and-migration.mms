# A page migrates while it is relocated: does each of the two find it?
title "A complete relocation against migration"
set relocate_anon = complete
set thp = never
window 40p

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	mover in P { mremap(@4, 1p, 1p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @20) = @20 }
	kcompactd { migrate(P:@4, 1p) = 0 or -EAGAIN or -EBUSY or -ENOENT }
}
expect content(@20) == 7, rmap(@20) == {P:@20}, folio(@20).index == @20 / PAGE
never pte(@20).migration
