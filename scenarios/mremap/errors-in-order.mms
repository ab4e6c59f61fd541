# Which of several mistakes does mremap() report?
# Kernel: mm/mremap.c check_mremap_params(), check_prep_vma()

title "mremap: errors"
window 60p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1

step "the arguments by themselves"
note "flags it does not know, also those of patches that were never merged"
mremap(@1, 1p, 1p, 8, 0) = -EINVAL
mremap(@1, 1p, 1p, MAYMOVE|16, 0) = -EINVAL
mremap(@1 + 1, 1p, 1p, 0, 0) = -EINVAL
mremap(@1, 1p, 0, 0, 0) = -EINVAL
mremap(@1, 1p, ~0, 0, 0) = -EINVAL
mremap(@1, 1p, 0x7ffffffff000 + 1p, MAYMOVE, 0) = -EINVAL
mremap(@1, 1p, 1p, FIXED, @20) = -EINVAL
mremap(@1, 1p, 1p, DONTUNMAP, @20) = -EINVAL
mremap(@1, 1p, 1p, MAYMOVE|FIXED, @20 + 1) = -EINVAL
mremap(@1, 2p, 2p, MAYMOVE|FIXED, 0x7fffffffe000) = -EINVAL
mremap(@1, 2p, 1p, MAYMOVE|DONTUNMAP, @20) = -EINVAL
note "ranges that overlap, either way"
mremap(@1, 2p, 2p, MAYMOVE|FIXED, @2) = -EINVAL
mremap(@2, 2p, 2p, MAYMOVE|FIXED, @1) = -EINVAL
mremap(@1, 2p, 2p, MAYMOVE|FIXED, @1) = -EINVAL
note "the new address is looked at for DONTUNMAP alone too, although it is only a hint"
mremap(@1, 2p, 2p, MAYMOVE|DONTUNMAP, @20 + 1) = -EINVAL
note "mistakes in the arguments come before those in the address space"
munmap(@30, 2p)
mremap(@30, 1p, 0, 0, 0) = -EINVAL

step "the area"
mremap(@30, 1p, 2p, MAYMOVE, 0) = -EFAULT
mremap(@30, 1p, 1p, 0, 0) = -EFAULT
mremap(@1, 0, 2p, MAYMOVE, 0) = -EINVAL
mremap(@1, 0, 2p, 0, 0) = -EINVAL
mremap(@3, 4p, 5p, MAYMOVE, 0) = -EFAULT
mremap(@1, 8p, 8p, MAYMOVE|DONTUNMAP, 0) = -EFAULT
mremap(@1, 4p, 5p, 0, 0) = -ENOMEM

step "a shrink is an munmap, with its errors"
mremap(@1, 0x7fffffff0000, 1p, 0, 0) = -EINVAL
expect vma(@1).len == 4p

step "nothing was unmapped on the way"
mmap(@20, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
store(@20, 1p, 5)
mremap(@3, 4p, 5p, MAYMOVE|FIXED, @20) = -EFAULT
load(@20) = 5
