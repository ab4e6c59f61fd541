# The areas that map a page have been moved, split and merged before it migrates.  Are all entries found?
#
# Yes: index and anon_vma lead to them.
# Kernel: mm/rmap.c rmap_walk_anon()

title "Migration after mremap()"
window 40p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 4p, 4)
Q = fork()
mremap(@2, 1p, 1p, MAYMOVE|FIXED, @10) = @10
Q: mremap(@1, 2p, 2p, MAYMOVE|FIXED, @20) = @20
mprotect(@3, 1p, READ)
let two = folio(@10)
kcompactd: migrate(P:@10, 1p)
expect folio(@10) != two, folio(Q:@21) == folio(@10), rmap(@10) == {P:@10, Q:@21}
let three = folio(@3)
kcompactd: migrate(P:@3, 1p)
expect folio(@3) != three, rmap(@3) == {P:@3, Q:@3}
kcompactd: migrate(P:@1, 1p)
expect rmap(@1) == {P:@1, Q:@20}
