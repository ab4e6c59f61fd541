# Somebody takes a reference when all migration entries are there.  What is left of the attempt?
#
# Nothing: the entries become words for the old page again, writable, exclusive, shared as they were.
# Kernel: mm/migrate.c migrate_folio_undo_src(), folio_expected_ref_count()

title "A failed migration restores everything"
window 20p

mmap(@1, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@3, 1p, 4)
Q = fork()
store(@1, 2p, 4)
mprotect(@2, 1p, READ)
let one = folio(@1)
let two = folio(@2)
let three = folio(@3)
kcompactd: migrate_fail(P:@1, 3p)
expect folio(@1) == one, folio(@2) == two, folio(@3) == three
expect pte(@1).write, folio(@1).exclusive, pte(@2).write == 0, folio(@2).exclusive
expect folio(@3).exclusive == 0, folio(@3).mapcount == 2
expect folio(@1).locked == 0, rmap(@3) == {P:@3, Q:@3}
