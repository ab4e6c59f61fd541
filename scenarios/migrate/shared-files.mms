# A page of shared memory moves, or one of a file: does everybody follow?
#
# Yes, and so does the page cache: who maps it later gets the new page.
# Kernel: mm/migrate.c __folio_migrate_mapping(), mm/rmap.c rmap_walk_file()

title "Pages of files move"
window 20p
set nodes = 2
set ram = 64M

fd = memfd_create("m", 0)
ftruncate(fd, 2p)
mmap(@1, 1p, RW, SHARED|FIXED, fd, 0) = @1
mmap(@3, 1p, RW, PRIVATE|FIXED, fd, 0) = @3
store(@1, 1p, 4)
load(@3) = 4
Q = fork()
Q: load(@1) = 4
let old = folio(@1)
kcompactd: migrate(P:@1, 1p)
expect folio(@1) != old, folio(Q:@1) == folio(@1), folio(@3) == folio(@1)
expect folio(@1).mapcount == 3, pte(@1).write, pte(@3).write == 0
move_pages(0, 1, [@1], [1], [1], MPOL_MF_MOVE_ALL)
expect folio(@1).node == 1
mmap(@5, 1p, RW, SHARED|FIXED, fd, 0) = @5
load(@5) = 4
expect folio(@5) == folio(@1)
store(@5, 1p, 5)
load(@3) = 5
kcompactd: migrate_fail(P:@1, 1p)
Q: load(@1) = 5
