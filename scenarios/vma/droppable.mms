# MAP_DROPPABLE memory is not charged, wiped at fork and not dumped: three flags more than
# ordinary memory has.
# Kernel: mm/mmap.c do_mmap()

title "MAP_DROPPABLE areas stay apart"
window 20p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@5, 4p, RW, MAP_DROPPABLE|ANONYMOUS|FIXED, -1, 0) = @5
expect mergeable(@4, @5) == flags
mmap(@9, 4p, RW, MAP_DROPPABLE|ANONYMOUS|FIXED, -1, 0) = @9
expect vma(@5) == vma(@12)
madvise(@5, 4p, MADV_KEEPONFORK) = -EINVAL
madvise(@5, 4p, MADV_DODUMP) = -EINVAL
