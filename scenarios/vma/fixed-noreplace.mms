# MAP_FIXED_NOREPLACE at every position of an overlap.
# Kernel: tools/testing/selftests/mm/map_fixed_noreplace.c; mm/mmap.c do_mmap()

title "MAP_FIXED_NOREPLACE"
window 40p

munmap(@10, 10p)
mmap(@13, 3p, RW, PRIVATE|ANONYMOUS|FIXED_NOREPLACE, -1, 0) = @13
note "the same range, a part, more at either end, all around"
mmap(@13, 3p, RW, PRIVATE|ANONYMOUS|FIXED_NOREPLACE, -1, 0) = -EEXIST
mmap(@14, 1p, RW, PRIVATE|ANONYMOUS|FIXED_NOREPLACE, -1, 0) = -EEXIST
mmap(@12, 2p, RW, PRIVATE|ANONYMOUS|FIXED_NOREPLACE, -1, 0) = -EEXIST
mmap(@15, 2p, RW, PRIVATE|ANONYMOUS|FIXED_NOREPLACE, -1, 0) = -EEXIST
mmap(@11, 8p, RW, PRIVATE|ANONYMOUS|FIXED_NOREPLACE, -1, 0) = -EEXIST
note "right before, and right behind"
mmap(@12, 1p, RW, PRIVATE|ANONYMOUS|FIXED_NOREPLACE, -1, 0) = @12
mmap(@16, 1p, RW, PRIVATE|ANONYMOUS|FIXED_NOREPLACE, -1, 0) = @16
expect vma(@12).end == @17
