# UFFD_USER_MODE_ONLY: whose faults are told?
#
# Only those of user space; where the kernel touches the memory for the process there is EFAULT.
# Kernel: fs/userfaultfd.c handle_userfault()

title "Faults of the kernel are not told"
window 40p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
store(@0, 4p, 7)
u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING|UFFDIO_REGISTER_MODE_WP})
madvise(@10, 1p, MADV_POPULATE_READ) = -EFAULT
madvise(@10, 1p, MADV_POPULATE_WRITE) = -EFAULT
mlock(@10, 1p) = -ENOMEM
munlock(@10, 1p)
UFFDIO_COPY(u, {dst=@11, src=@10, len=1p, copy=-EFAULT}) = -EFAULT
UFFDIO_COPY(u, {dst=@9, src=@0, len=1p, mode=2, copy=1p})
madvise(@9, 1p, MADV_POPULATE_READ)
madvise(@9, 1p, MADV_POPULATE_WRITE) = -EFAULT
expect pte(@9).uffd_wp
