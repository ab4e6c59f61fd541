# Memory is locked by mlock().  Is it spared by migration?
#
# No: locked is not pinned.  The new page is mlocked as the old one was.
# Kernel: mm/rmap.c try_to_migrate_one(), mm/migrate.c migrate_folio_move()

title "mlock() does not keep frames"
window 20p

mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 1p, 4)
mlock(@1, 1p)
let old = folio(@1)
expect folio(@1).mlocked
kcompactd: migrate(P:@1, 1p)
expect folio(@1) != old, folio(@1).mlocked
kcompactd: migrate_fail(P:@1, 1p)
expect folio(@1).mlocked
munlock(@1, 1p)
