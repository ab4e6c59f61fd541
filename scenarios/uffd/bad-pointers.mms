# What becomes of an ioctl of userfaultfd whose struct cannot be read?
#
# EFAULT, once the descriptor is known to be a userfaultfd that UFFDIO_API was called on; UFFDIO_API itself reads its
# struct first of all. Nothing else of the call is looked at, and nothing is done.
# Kernel: fs/userfaultfd.c userfaultfd_ioctl(), userfaultfd_api()

title "Pointers to nothing"
window 20p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
u = userfaultfd(0)

step "before UFFDIO_API"
UFFDIO_REGISTER(u, NULL) = -EINVAL
UFFDIO_COPY(u, NULL) = -EINVAL
UFFDIO_API(u, NULL) = -EFAULT
note "it did not count as the one call that there may be"
UFFDIO_API(u, {features=0})
UFFDIO_API(u, NULL) = -EFAULT

step "and after it"
UFFDIO_REGISTER(u, NULL) = -EFAULT
UFFDIO_UNREGISTER(u, NULL) = -EFAULT
UFFDIO_WAKE(u, NULL) = -EFAULT
UFFDIO_COPY(u, NULL) = -EFAULT
UFFDIO_ZEROPAGE(u, NULL) = -EFAULT
UFFDIO_MOVE(u, NULL) = -EFAULT
UFFDIO_WRITEPROTECT(u, NULL) = -EFAULT
UFFDIO_CONTINUE(u, NULL) = -EFAULT
UFFDIO_POISON(u, NULL) = -EFAULT
ioctl(u, UFFDIO_COPY, NULL) = -1 EFAULT (Bad address)

step "what is no userfaultfd says so"
f = memfd_create("m", 0)
UFFDIO_API(f, NULL) = -ENOTTY
UFFDIO_COPY(f, NULL) = -ENOTTY
UFFDIO_COPY(77, NULL) = -EBADF
