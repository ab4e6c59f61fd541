# Memory is moved over other memory, and then all of it is merged and moves to another frame. Do all
# addresses follow, although the indices of the pages were those of another place?
#
# Yes: a page of KSM is found by addresses.
# Kernel: mm/ksm.c rmap_walk_ksm(); tools/testing/selftests/mm/rmap.c migrate.ksm_and_mremap

title "Moved, merged, migrated"
window 40p

mmap(@1, 32p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 32p, MADV_MERGEABLE)
store(@1, 32p, 3)
mremap(@17, 16p, 16p, MREMAP_MAYMOVE|MREMAP_FIXED, @1) = @1
ksmd: full_scan()
ksmd: full_scan()
let merged = folio(@1)
expect folio(@1).ksm, folio(@1).mapcount == 16, folio(@16) == merged
kcompactd: migrate(P:@5)
expect folio(@1) != merged, folio(@1).ksm, folio(@1).mapcount == 16, folio(@16) == folio(@1)
expect folio(@5) == folio(@1), content(@9) == 3
