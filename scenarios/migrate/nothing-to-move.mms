# What is there that compaction leaves alone?
#
# What is not present, the zero page, and a node that is full.
# Kernel: mm/compaction.c isolate_migratepages_block(), mm/migrate.c alloc_migration_target()

title "Nothing to move"
window 20p

mmap(@1, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
load(@1)
kcompactd: migrate(P:@1) = -ENOENT
kcompactd: migrate(P:@2) = -ENOENT
kcompactd: migrate(P:@9) = -ENOENT
store(@3, 1p, 4)
let old = folio(@3)
kcompactd: migrate(P:@3) = -ENOMEM fail_nth 1
expect folio(@3) == old, folio(@3).exclusive
