# A tree of processes shares memory, anonymous and of a file, and one of them moves it with
# MPOL_MF_MOVE_ALL to another node.  Do all see the same pages afterwards?
#
# Yes, whoever asks, and back again.
# Kernel: mm/migrate.c do_pages_move(), mm/rmap.c rmap_walk_anon()

title "A tree of processes and two nodes"
window 20p
set nodes = 2
set ram = 64M

fd = memfd_create("m", 0)
ftruncate(fd, 1p)
mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@2, 1p, RW, SHARED|FIXED, fd, 0) = @2
store(@1, 2p, 4)
Q = fork()
R = fork()
Q: S = fork()
S: T = fork()
T: U = fork()
Q: load(@2)
U: load(@2)
note "what it has not touched, T cannot move"
T: move_pages(0, 2, [@1, @2], [1, 1], [1, -ENOENT], MPOL_MF_MOVE_ALL)
T: load(@2) = 4
S: move_pages(0, 1, [@1], [1], [1], MPOL_MF_MOVE_ALL)
Q: move_pages(0, 1, [@2], [1], [1], MPOL_MF_MOVE_ALL)
expect folio(@1).node == 1, folio(@1).mapcount == 6, rmap(@1) == {P:@1, Q:@1, R:@1, S:@1, T:@1, U:@1}
expect folio(@2).node == 1, folio(@2).mapcount == 4, rmap(@2) == {P:@2, Q:@2, T:@2, U:@2}
expect folio(U:@1) == folio(@1), folio(U:@2) == folio(@2)
Q: store(@1, 1p, 5)
U: move_pages(0, 1, [@1], [0], [0], MPOL_MF_MOVE_ALL)
expect folio(@1).node == 0, folio(S:@1) == folio(@1), folio(Q:@1).node == 0, folio(Q:@1) != folio(@1)
U: load(@1, 2p) = 4
