# A page is on its way to another frame while it is relocated: an entry stands in its place, and the walk
# that will end the migration goes by what the page says now. The area's place in that walk is new: is the
# entry found?
title "A relocation that passes over migration entries"
set relocate_anon = v1
set thp = never
window 40p
bug relocate-skips-migration

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	mover in P { mremap(@4, 1p, 1p, MAYMOVE|FIXED|RELOCATE_ANON, @20) = @20 }
	kcompactd { migrate(P:@4, 1p) = ? }
}
must violate migration-entries
must violate rmap-reaches
expect content(@20) == 7, rmap(@20) == {P:@20}
