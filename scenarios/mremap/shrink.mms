# Shrinking is an munmap of the tail; it may run over holes and other areas.
# Kernel: mm/mremap.c shrink_vma()

title "mremap shrinks"
window 40p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@5, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
munmap(@3, 2p)
mremap(@1, 6p, 1p, 0, 0) = @1
expect vma(@1).end == @2
expect vmas(@2..@7) == 0
