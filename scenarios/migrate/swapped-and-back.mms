# A page is in the swap cache, mapped or not, when it moves.  Does its slot find it again?
#
# Yes: the cache has the new page in place of the old one, and the next fault finds it there.  Words
# of swap are no pages and do not move.  While the page is being written compaction leaves it alone.
# Kernel: mm/migrate.c __folio_migrate_mapping(), migrate_folio_unmap()

title "Pages with a slot of swap move"
window 20p
set swap = 16M
set nodes = 2
set ram = 64M

mmap(@1, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 3p, 4)
madvise(@1, 2p, MADV_PAGEOUT)
expect pte(@1).swap, pte(@2).swap
kcompactd: migrate(P:@1) = -ENOENT
move_pages(0, 1, [@1], [1], [-ENOENT], MPOL_MF_MOVE)
note "read again, it is mapped and keeps its slot"
load(@1) = 4
expect folio(@1).swapcache
let old = folio(@1)
let slot = folio(@1).swap_slot
move_pages(0, 1, [@1], [1], [1], MPOL_MF_MOVE)
expect folio(@1) != old, folio(@1).node == 1, folio(@1).swapcache, folio(@1).swap_slot == slot
expect folio(@1).exclusive, pte(@1).write, content(@1) == 4
store(@1, 1p, 5)
madvise(@1, 1p, MADV_PAGEOUT)
load(@1) = 5
note "under writeback it stays; move_pages() waits for the end"
disk: writeback_start(P:@3)
load(@3) = 4
expect folio(@3).writeback
kcompactd: migrate(P:@3) = -EBUSY
P.other: move_pages(0, 1, [@3], [1], [1], MPOL_MF_MOVE) = blocked
disk: writeback_end(P:@3)
P.other: finish() = 0
expect folio(@3).node == 1, content(@3) == 4
