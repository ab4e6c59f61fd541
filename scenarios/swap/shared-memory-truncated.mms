# A file is cut, or gets a hole, where its pages are in swap: must they be read?
#
# Only what stays in part. Whole pages go with their slots; fallocate() brings in what it finds in swap, and what it
# had only promised goes to swap as zeroes.
# Kernel: mm/shmem.c shmem_undo_range(), shmem_get_partial_folio(), shmem_fallocate()

title "Holes and cuts of shared memory in swap"
set swap = 16M
window 24p

f = memfd_create("m", 0)
ftruncate(f, 8p)
mmap(@4, 8p, RW, SHARED|FIXED, f, 0) = @4
store(@4, 8p, 0x0102030405060708)
madvise(@4, 8p, MADV_PAGEOUT)
expect sys().swap_free == 4087

step "a hole"
fallocate(f, KEEP_SIZE|PUNCH_HOLE, 1p, 2p)
expect sys().swap_free == 4089
load(@5) = 0
madvise(@4, 1p, MADV_REMOVE)
expect sys().swap_free == 4090
load(@4) = 0

step "a part of a page"
fallocate(f, KEEP_SIZE|PUNCH_HOLE, 3p + 2, 4)
expect sys().swap_free == 4091, content(@7) == 0x0102000000000708
ftruncate(f, 5p + 4)
expect sys().swap_free == 4094, content(@9) == 0x05060708
load(@8) = 0x0102030405060708
load(@10) = SIGBUS
expect sys().swap_free == 4095

step "promised pages"
fallocate(f, 0, 0, 10p)
expect sys().swap_free == 4095
mmap(@12, 2p, RW, SHARED|FIXED, f, 8p) = @12
madvise(@4, 6p, MADV_PAGEOUT)
fallocate(f, 0, 0, 10p)
expect content(@9) == 0x05060708
load(@9) = 0x05060708
load(@12) = 0

step "the last user takes everything along"
madvise(@4, 8p, MADV_PAGEOUT)
close(f)
munmap(@4, 10p)
expect sys().swap_free == 4095
