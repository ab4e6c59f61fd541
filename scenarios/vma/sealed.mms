# What may still be done with memory once it is sealed?
#
# Nothing that changes the layout or the permissions, not even a change to what it is already.
# Kernel: mm/mseal.c, mm/vma.c

title "mseal"
window 20p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1)
mseal(@3, 2p, 0)
expect vmas(@1..@9) == 3

munmap(@1, 8p) = -EPERM
mprotect(@3, 1p, RW) = -EPERM
mremap(@3, 2p, 2p, 0, 0) = -EPERM
mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = -EPERM
mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED_NOREPLACE, -1, 0) = -EEXIST
mremap(@10, 1p, 1p, MAYMOVE|FIXED, @3) = -EPERM

madvise(@3, 1p, MADV_DONTNEED)
mlock(@3, 1p)
mseal(@3, 2p, 0)
mseal(@12, 10p, 1) = -EINVAL
