# move_pages() between two nodes: what does it say of each page, and what stays where it is?
#
# A page goes where it is told to; of one that is there already its node is told.  ENOENT: nothing is
# there; EFAULT: nothing is mapped, or it is the zero page; EACCES: others map it as well.
# Kernel: mm/migrate.c do_pages_move(), __add_folio_for_migration()

title "move_pages() and what it says"
window 20p
set nodes = 2
set ram = 64M

mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@3, 1p, 4)
Q = fork()
store(@1, 2p, 4)
load(@4)
munmap(@8, 1p)
note "where are they? no page at @5, nothing mapped at @8"
move_pages(0, 6, [@1, @2, @3, @4, @5, @8], NULL, [0, 0, 0, -EFAULT, -ENOENT, -EFAULT])
move_pages(0, 1, [@1], [1], [1], MPOL_MF_MOVE)
expect folio(@1).node == 1, folio(@1).exclusive, pte(@1).write
move_pages(0, 6, [@1, @2, @3, @4, @5, @8], [1, 1, 1, 1, 1, 1], \
	   [1, 1, -EACCES, -EFAULT, -ENOENT, -EFAULT], MPOL_MF_MOVE)
expect folio(@2).node == 1, folio(@3).node == 0
note "with MPOL_MF_MOVE_ALL shared pages go, for all"
move_pages(0, 1, [@3], [1], [1], MPOL_MF_MOVE_ALL)
expect folio(@3).node == 1, folio(Q:@3) == folio(@3)
note "of another process, and back"
Q: move_pages(P, 2, [P:@1, P:@2], [0, 1], [0, 1], MPOL_MF_MOVE)
expect folio(@1).node == 0, folio(@2).node == 1
load(@1, 2p) = 4
