# There is only one node.  What is move_pages() good for then?
#
# For asking which pages are present.
# Kernel: mm/migrate.c do_pages_stat_array(), do_pages_move()

title "move_pages() with one node"
window 20p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 1p, 4)
load(@2)
munmap(@8, 1p)
madvise(@3, 1p, MADV_GUARD_INSTALL)
move_pages(0, 5, [@1, @2, @3, @4, @8], NULL, [0, -EFAULT, -ENOENT, -ENOENT, -EFAULT])
move_pages(0, 5, [@1, @2, @3, @4, @8], [0, 0, 0, 0, 0], [0, -EFAULT, -ENOENT, -ENOENT, -EFAULT], \
	   MPOL_MF_MOVE)
move_pages(0, 1, [@1], [1], NULL, MPOL_MF_MOVE) = -ENODEV
move_pages(0, 1, [@1], [0], NULL, 1) = -EINVAL
move_pages(0, 0, [], NULL, NULL)
Q = fork()
move_pages(0, 1, [@1], [0], [0], MPOL_MF_MOVE)
Q: move_pages(P, 1, [P:@1], NULL, [0])
