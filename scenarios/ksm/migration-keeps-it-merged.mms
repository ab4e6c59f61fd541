# A page that many share by KSM moves to another frame. Do all of them follow?
#
# Yes: the stable node goes along with the page, and from it the walk finds every address, also those that
# the index of the page does not tell.
# Kernel: mm/ksm.c folio_migrate_ksm(), rmap_walk_ksm(); tools/testing/selftests/mm/rmap.c migrate.ksm

title "Migration of merged pages"
window 24p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 4p, MADV_MERGEABLE)
Q = fork()
R = fork()
store(@1, 1p, 89)
Q: store(@2, 1p, 89)
ksmd: merge(P:@1, Q:@2) = 0
R: store(@3, 1p, 89)
ksmd: merge(Q:@2, R:@3) = 0
let old = folio(@1)
kcompactd: migrate(Q:@2)
expect folio(@1) != old, folio(@1).ksm, folio(@1).mapcount == 3
expect folio(Q:@2) == folio(@1), folio(R:@3) == folio(@1)
expect rmap(@1) == {P:@1, Q:@2, R:@3}
step "merged at the moved place, and moved once more"
mremap(@1, 1p, 1p, MREMAP_MAYMOVE|MREMAP_FIXED, @10) = @10
ksmd: merge(P:@10, R:@3) = 0
kcompactd: migrate(R:@3)
expect folio(@10) == folio(Q:@2), folio(@10).mapcount == 3, rmap(@10) == {P:@10, Q:@2, R:@3}
step "if it fails, all is as before"
let now = folio(@10)
kcompactd: migrate_fail(P:@10)
expect folio(@10) == now, folio(@10).ksm, rmap(@10) == {P:@10, Q:@2, R:@3}
