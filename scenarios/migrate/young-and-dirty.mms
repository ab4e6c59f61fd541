# Does a page get older, or cleaner, by moving?
#
# No: the entry remembers both bits.  A page that was only copied for reading is not dirty afterwards.
# Kernel: include/linux/swapops.h make_migration_entry_young(), make_migration_entry_dirty()

title "Young and dirty go along"
window 20p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 2p, 4)
Q = fork()
note "the child's entries are old; unshared for a device that reads, one is clean"
expect pte(Q:@1).young == 0
Q: pin(@2, 1p, FOLL_PIN)
Q: unpin(@2, 1p)
expect pte(Q:@2).dirty == 0, folio(Q:@2).exclusive
kcompactd: migrate(Q:@1, 2p)
expect pte(@1).young, pte(Q:@1).young == 0, pte(@1).dirty
expect pte(Q:@2).dirty == 0, folio(Q:@2).exclusive
