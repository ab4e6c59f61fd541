# Same size, no flags: nothing happens, even when the range runs over holes.  A sealed area refuses
# all the same.
# Kernel: mm/mremap.c check_prep_vma()

title "mremap without a change"
window 40p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
munmap(@3, 10p)
mremap(@1, 8p, 8p, MAYMOVE, 0) = @1
mremap(@5, 1p, 1p, 0, 0) = -EFAULT
mseal(@1, 2p, 0)
mremap(@1, 2p, 2p, 0, 0) = -EPERM
expect quirk(no_op_looks_at_nothing) == 1
