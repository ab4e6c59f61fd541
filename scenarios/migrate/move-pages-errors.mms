# What is wrong with a call of move_pages() as a whole?
#
# Flags but MOVE and MOVE_ALL; MOVE_ALL without CAP_SYS_NICE; a node without memory, when its element is
# reached: what came before has moved.
# Kernel: mm/migrate.c kernel_move_pages(), do_pages_move()

title "Errors of move_pages()"
window 20p
set nodes = 2
set ram = 64M

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 2p, 4)
move_pages(0, 1, [@1], [0], NULL, 1) = -EINVAL
move_pages(0, 1, [@1], [0], NULL, 8) = -EINVAL
move_pages(0, 1, [@1], [2], NULL, MPOL_MF_MOVE) = -ENODEV
move_pages(0, 1, [@1], [-1], NULL, MPOL_MF_MOVE) = -ENODEV
move_pages(4711, 1, [@1], NULL, NULL) = -ESRCH
move_pages(0, 2, [@1, @2], [1, 64], NULL, MPOL_MF_MOVE) = -ENODEV
expect folio(@1).node == 1, folio(@2).node == 0
