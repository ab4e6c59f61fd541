# A device, or a pipe, holds a page.  Does compaction move it?
#
# Neither: of an anonymous page all references must be those of its mappings.
# Kernel: mm/compaction.c isolate_migratepages_block()

title "What is referenced stays"
window 20p

mmap(@1, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 3p, 4)
pin(@1, 1p)
pin(@2, 1p, FOLL_GET)
let one = folio(@1)
let two = folio(@2)
let three = folio(@3)
kcompactd: migrate(P:@1, 1p) = -EBUSY
kcompactd: migrate(P:@2, 1p) = -EBUSY
kcompactd: migrate(P:@3, 1p)
expect folio(@1) == one, folio(@2) == two, folio(@3) != three
unpin(@1, 2p)
kcompactd: migrate(P:@1, 2p)
expect folio(@1) != one, folio(@2) != two
