# MREMAP_DONTUNMAP with MREMAP_FIXED over several areas and the holes between them.
# Kernel: mm/mremap.c remap_move()

title "MREMAP_DONTUNMAP of several areas"
window 100p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@5, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
munmap(@3, 2p)
store(@1, 2p, 3)
store(@5, 2p, 4)
mremap(@1, 6p, 6p, MAYMOVE|FIXED|DONTUNMAP, @41) = @41
load(@41, 2p) = 3
load(@45, 2p) = 4
expect vmas(@1..@7) == 2, pte(@1).none, pte(@5).none
step "without MREMAP_FIXED the range has to be one area"
mremap(@1, 6p, 6p, MAYMOVE|DONTUNMAP, 0) = -EFAULT
