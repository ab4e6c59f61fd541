# Compaction gives a page other frames.  What does its owner notice?
#
# Nothing: content, permissions, exclusivity, index and anon_vma are as before; but it is another folio,
# dirty, for the dirty bit of the entry has gone to the folio on the way.
# Kernel: mm/migrate.c migrate_folio_move(), remove_migration_pte()

title "A page moves unnoticed"
window 20p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 2p, 4)
let old = folio(@1)
let other = folio(@2)
let index = folio(@1).index
kcompactd: migrate(P:@1, 1p)
expect folio(@1) != old, folio(@2) == other
expect folio(@1).exclusive, pte(@1).write, pte(@1).dirty, pte(@1).young, folio(@1).dirty
expect folio(@1).index == index, folio(@1).anon_vma == anon_vma(@1), rmap(@1) == {P:@1}
expect pte(@1).migration == 0, folio(@1).locked == 0, mm(P).rss_anon == 2
load(@1) = 4
store(@1, 1p, 5)
