# A page is shared by a family of processes when it moves.  Who maps what afterwards?
#
# All of them map the new page, read-only as before: the walk from the folio finds each entry.  It stays
# what it was, shared; the next store copies.
# Kernel: mm/rmap.c try_to_migrate(), mm/migrate.c remove_migration_ptes()

title "A family follows its page"
window 20p

mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 1p, 4)
Q = fork()
Q: R = fork()
S = fork()
let old = folio(@1)
kcompactd: migrate(R:@1, 1p)
expect folio(@1) != old
expect folio(Q:@1) == folio(@1), folio(R:@1) == folio(@1), folio(S:@1) == folio(@1)
expect folio(@1).mapcount == 4, folio(@1).exclusive == 0, pte(Q:@1).write == 0
expect rmap(@1) == {P:@1, Q:@1, R:@1, S:@1}
Q: store(@1, 1p, 5)
load(@1) = 4
