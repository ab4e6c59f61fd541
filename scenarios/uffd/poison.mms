# What does a poisoned page do?
#
# An access is fatal, as of memory that has failed; a kernel that reads for the process gets
# EFAULT.  A child inherits the poison, MADV_DONTNEED and MADV_FREE take it away.
# Kernel: mm/userfaultfd.c mfill_atomic_pte_poison(), mm/memory.c handle_pte_marker()

title "Poison"
window 40p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
store(@0, 1p, 7)
store(@8, 1p, 7)
u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {features=UFFD_FEATURE_POISON})
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})

UFFDIO_POISON(u, {start=@8, len=1p, updated=-EEXIST}) = -EEXIST
UFFDIO_POISON(u, {start=@9, len=1p, mode=2, updated=0}) = -EINVAL
UFFDIO_POISON(u, {start=@0, len=1p, updated=-ENOENT}) = -ENOENT
UFFDIO_POISON(u, {start=@9, len=3p, updated=3p})
UFFDIO_POISON(u, {start=@9, len=1p, updated=-EEXIST}) = -EEXIST
madvise(@9, 1p, MADV_POPULATE_READ) = -EHWPOISON
mlock(@10, 1p) = -ENOMEM
munlock(@10, 1p)
UFFDIO_COPY(u, {dst=@8, src=@9, len=1p, copy=-EFAULT}) = -EFAULT

Q = fork()
expect !pte(Q:@9).none
Q: load(@9) = SIGBUS
mprotect(@8, 4p, READ)
mprotect(@8, 4p, RW)
expect !pte(@9).none
madvise(@9, 1p, MADV_DONTNEED)
expect pte(@9).none
madvise(@10, 1p, MADV_FREE)
expect pte(@10).none
mremap(@11, 1p, 1p, MAYMOVE|FIXED, @30) = @30
store(@30) = SIGBUS
