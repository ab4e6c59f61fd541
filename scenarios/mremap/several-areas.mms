# Since 6.17 a move of equal size may span several areas and the holes between them.  What lies in the
# destination where the source has a hole survives.
# Kernel: mm/mremap.c remap_move()

title "mremap of several areas at once"
window 80p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@5, 2p, PROT_READ, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
munmap(@3, 2p)
store(@1, 2p, 3)
mmap(@43, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @43
store(@43, 1p, 8)
mremap(@1, 6p, 6p, MAYMOVE|FIXED, @41) = @41

expect vmas(@1..@7) == 0
load(@41, 2p) = 3
load(@43) = 8
expect vma(@45).start == @45, vma(@45).end == @47

step "other shapes of the call are refused"
mremap(@41, 6p, 7p, MAYMOVE|FIXED, @60) = -EFAULT
