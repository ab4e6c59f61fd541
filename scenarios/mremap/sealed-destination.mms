# A move onto sealed memory, and of sealed memory.
# Kernel: mm/mremap.c check_prep_vma(), mm/vma.c vms_gather_munmap_vmas()

title "mremap and sealed memory"
window 60p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@20, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
mseal(@20, 4p, 0)
mremap(@1, 4p, 4p, MAYMOVE|FIXED, @20) = -EPERM
mremap(@1, 2p, 2p, MAYMOVE|FIXED, @18) = @18
mremap(@20, 4p, 4p, MAYMOVE|FIXED, @40) = -EPERM
mremap(@20, 4p, 2p, 0, 0) = -EPERM
mremap(@20, 4p, 6p, MAYMOVE, 0) = -EPERM
mremap(@20, 4p, 4p, 0, 0) = -EPERM
expect vma(@20).len == 4p
