# move_pages() does not look at references before it begins.  A page of it is pinned: what happens?
#
# Its entry is cleared, found to be pinned, and put back; with a plain reference all entries are made,
# and the count is what stops it.  Both are tried ten times; the call returns how many stayed.
# Kernel: mm/rmap.c try_to_migrate_one(), mm/migrate.c __migrate_folio(), migrate_pages()

title "A pinned page stays on its node"
window 20p
set nodes = 2
set ram = 64M

mmap(@1, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 3p, 4)
pin(@1, 1p)
pin(@2, 1p, FOLL_GET)
let one = folio(@1)
let two = folio(@2)
move_pages(0, 1, [@1], [1], NULL, MPOL_MF_MOVE) = 1
move_pages(0, 1, [@2], [1], NULL, MPOL_MF_MOVE) = 1
expect folio(@1) == one, folio(@1).exclusive, pte(@1).write, folio(@1).node == 0
expect folio(@2) == two, folio(@2).exclusive, pte(@2).write
store(@1, 2p, 5)
expect device(@1) == 5, device(@2) == 5
move_pages(0, 1, [@3], [1], [1], MPOL_MF_MOVE)
expect folio(@3).node == 1
