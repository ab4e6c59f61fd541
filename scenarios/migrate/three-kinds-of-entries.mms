# A page may be writable, read-only but exclusive, or read-only and shared.  Is that still known when
# the entry comes back from migration?
#
# Yes: there is a kind of migration entry for each of the three.
# Kernel: include/linux/swapops.h, mm/rmap.c try_to_migrate_one()

title "Three kinds of migration entries"
window 20p

mmap(@1, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@3, 1p, 4)
Q = fork()
store(@1, 2p, 4)
mprotect(@2, 1p, READ)
kcompactd: migrate(P:@1, 3p)
expect pte(@1).write, folio(@1).exclusive
expect pte(@2).write == 0, folio(@2).exclusive
expect pte(@3).write == 0, folio(@3).exclusive == 0
mprotect(@2, 1p, RW)
let two = folio(@2)
let three = folio(@3)
store(@2)
store(@3)
expect folio(@2) == two, folio(@3) != three
