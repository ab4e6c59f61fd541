# A page is migrated while a thread stores to it. The store finds the entry of the migration, waits, and
# goes to the new page: is it ever lost?
title "Migration against a store"
window 40p
set thp = never

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	writer in P { store(@4, 1p, 8) }
	kcompactd { migrate(P:@4, 1p) = 0 or -EAGAIN or -EBUSY }
}
expect content(@4) == 8, folio(@4).exclusive, folio(@4).mapcount == 1
never  pte(@4).migration
