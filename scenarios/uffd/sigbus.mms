# UFFD_FEATURE_SIGBUS: what does a fault do that nobody is told of?
#
# It is SIGBUS for the process and EFAULT for the kernel that works for it.  Filling goes on as ever.
# Kernel: fs/userfaultfd.c handle_userfault()

title "SIGBUS instead of waiting"
window 40p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
store(@0, 4p, 7)
u = userfaultfd(0)
UFFDIO_API(u, {features=UFFD_FEATURE_SIGBUS})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING|UFFDIO_REGISTER_MODE_WP})
UFFDIO_COPY(u, {dst=@8, src=@0, len=1p, copy=1p})
UFFDIO_COPY(u, {dst=@9, src=@0, len=1p, mode=2, copy=1p})
store(@8)
load(@9) = 7
madvise(@10, 1p, MADV_POPULATE_READ) = -EFAULT
madvise(@9, 1p, MADV_POPULATE_WRITE) = -EFAULT
mlock(@10, 1p) = -ENOMEM
munlock(@10, 1p)
UFFDIO_COPY(u, {dst=@11, src=@10, len=1p, copy=-EFAULT}) = -EFAULT
store(@9) = SIGBUS
