# Which error does madvise() give, and what has it done until then?
# Kernel: mm/madvise.c do_madvise()

title "madvise: errors"
window 40p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 1p, 99) = -EINVAL
madvise(@1 + 1, 1p, MADV_DONTNEED) = -EINVAL
madvise(@1, 0, MADV_DONTNEED)
munmap(@3, 1p)
note "a hole is passed over, and reported at the end"
madvise(@1, 8p, MADV_DONTFORK) = -ENOMEM
Q = fork()
expect vmas(Q:@1..Q:@9) == 0
mlock(@5, 1p)
madvise(@5, 1p, MADV_DONTNEED) = -EINVAL
madvise(@5, 1p, MADV_DONTNEED_LOCKED)
f = memfd_create("m", 0)
mmap(@20, 1p, RW, SHARED|FIXED, f, 0) = @20
madvise(@20, 1p, MADV_FREE) = -EINVAL
madvise(@20, 1p, MADV_WIPEONFORK) = -EINVAL
madvise(@20, 1p, MADV_MERGEABLE)
madvise(@6, 1p, MADV_POPULATE_WRITE)
expect pte(@6).dirty
madvise(@2, 2p, MADV_POPULATE_READ) = -ENOMEM
