# The same on a kernel before 6.17: a move over two areas is an error.
# Kernel: mm/mremap.c vma_to_resize(), 6.16

title "mremap of several areas before 6.17"
set kernel = 6.16
window 80p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@3, 2p, PROT_READ, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @3
mremap(@1, 4p, 4p, MAYMOVE|FIXED, @41) = -EFAULT
expect vmas(@1..@5) == 2
