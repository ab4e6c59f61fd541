# Which of several mistakes does mremap() report?
# Kernel: mm/mremap.c check_mremap_params(), check_prep_vma()

title "mremap: errors"
window 60p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mremap(@1, 1p, 1p, 8, 0) = -EINVAL
mremap(@1 + 1, 1p, 1p, 0, 0) = -EINVAL
mremap(@1, 1p, 0, 0, 0) = -EINVAL
mremap(@1, 1p, 1p, FIXED, @20) = -EINVAL
mremap(@1, 1p, 1p, MAYMOVE|FIXED, @20 + 1) = -EINVAL
mremap(@1, 2p, 2p, MAYMOVE|FIXED, @2) = -EINVAL
mremap(@1, 2p, 1p, MAYMOVE|DONTUNMAP, @20) = -EINVAL
note "the new address is looked at for DONTUNMAP alone too, although it is only a hint"
mremap(@1, 2p, 2p, MAYMOVE|DONTUNMAP, @20 + 1) = -EINVAL
mremap(@1, 0, 2p, MAYMOVE, 0) = -EINVAL
mremap(@3, 4p, 5p, MAYMOVE, 0) = -EFAULT
munmap(@30, 2p)
mremap(@30, 1p, 2p, MAYMOVE, 0) = -EFAULT

step "nothing was unmapped on the way"
mmap(@20, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
store(@20, 1p, 5)
mremap(@3, 4p, 5p, MAYMOVE|FIXED, @20) = -EFAULT
load(@20) = 5
