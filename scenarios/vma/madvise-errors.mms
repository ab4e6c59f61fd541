# Which error does madvise() give, and what has it done until then?
# Kernel: mm/madvise.c do_madvise()

title "madvise: errors"
window 40p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 1p, 99) = -EINVAL
madvise(@1, 0, 99) = -EINVAL
madvise(@1 + 1, 1p, MADV_DONTNEED) = -EINVAL
madvise(@1, ~0, MADV_DONTNEED) = -EINVAL
madvise(@1, -2p, MADV_DONTNEED) = -EINVAL
madvise(@1, 0, MADV_DONTNEED)
munmap(@3, 1p)
note "a hole is passed over, and reported at the end"
madvise(@1, 8p, MADV_DONTFORK) = -ENOMEM
Q = fork()
expect vmas(Q:@1..Q:@9) == 0

step "locked memory keeps its pages"
mlock(@5, 1p)
madvise(@5, 1p, MADV_DONTNEED) = -EINVAL
madvise(@5, 1p, MADV_FREE) = -EINVAL
madvise(@5, 1p, MADV_COLD) = -EINVAL
madvise(@5, 1p, MADV_PAGEOUT) = -EINVAL
madvise(@5, 1p, MADV_GUARD_INSTALL) = -EINVAL
madvise(@5, 1p, MADV_GUARD_REMOVE)
madvise(@5, 1p, MADV_DONTNEED_LOCKED)

step "files"
f = memfd_create("m", 0)
ftruncate(f, 4p)
mmap(@20, 1p, RW, SHARED|FIXED, f, 0) = @20
madvise(@20, 1p, MADV_FREE) = -EINVAL
madvise(@20, 1p, MADV_WIPEONFORK) = -EINVAL
madvise(@20, 1p, MADV_MERGEABLE)
expect vma(@20).flags.mg == 0
madvise(@6, 1p, MADV_REMOVE) = -EINVAL
mmap(@25, 1p, RW, PRIVATE|FIXED, f, 0) = @25
madvise(@25, 1p, MADV_REMOVE) = -EACCES
madvise(@25, 1p, MADV_FREE) = -EINVAL
madvise(@20, 1p, MADV_REMOVE)

step "memory that may be dropped"
mmap(@30, 1p, RW, MAP_DROPPABLE|ANONYMOUS|FIXED, -1, 0) = @30
madvise(@30, 1p, MADV_KEEPONFORK) = -EINVAL
madvise(@30, 1p, MADV_DODUMP) = -EINVAL

step "a huge page in less than one"
madvise(@6, 1p, MADV_COLLAPSE) = -EINVAL

step "population"
madvise(@6, 1p, MADV_POPULATE_WRITE)
expect pte(@6).dirty
madvise(@2, 2p, MADV_POPULATE_READ) = -ENOMEM
mprotect(@7, 1p, PROT_READ)
madvise(@7, 1p, MADV_POPULATE_WRITE) = -EINVAL
mprotect(@7, 1p, PROT_NONE)
madvise(@7, 1p, MADV_POPULATE_READ) = -EINVAL
madvise(@8, 1p, MADV_GUARD_INSTALL)
madvise(@8, 1p, MADV_POPULATE_READ) = -EFAULT
mmap(@22, 1p, RW, SHARED|FIXED, f, 8p) = @22
madvise(@22, 1p, MADV_POPULATE_READ) = -EFAULT
