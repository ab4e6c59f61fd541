# A hint below vm.mmap_min_addr: is it an error, is it ignored?
#
# Neither, it is raised to the lowest address; MAP_FIXED there is an error.
# Kernel: mm/mmap.c round_hint_to_min()

title "A hint below mmap_min_addr"
set cap = off
set mmap_min_addr = 64K

mmap(0xf000, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = -EPERM
mmap(0x10000, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = 0x10000
munmap(0x10000, 1p)
mmap(0x2000, 1p, RW, PRIVATE|ANONYMOUS, -1, 0) = 0x10000
a = mmap(0x2000, 1p, RW, PRIVATE|ANONYMOUS, -1, 0)
note "taken: a search from the top"
expect a > 0x100000000
