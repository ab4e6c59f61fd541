# What may a process without privileges do with userfaultfd?
#
# Only what is told of faults of user space, and no forks.
# Kernel: fs/userfaultfd.c userfaultfd_syscall_allowed(), userfaultfd_api()

title "userfaultfd without privileges"
set cap = off
window 20p

userfaultfd(0) = -EPERM
u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {features=UFFD_FEATURE_EVENT_FORK, ioctls=0}) = -EPERM
UFFDIO_API(u, {features=UFFD_FEATURE_EVENT_REMAP})
mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
UFFDIO_REGISTER(u, {start=@0, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
expect vma(@0).flags.um
