# May a userfaultfd fill an area that is registered with another?
#
# Yes: the area has to be registered, no matter with which.  Unregistering asks.
# Kernel: mm/userfaultfd.c uffd_mfill_lock(), fs/userfaultfd.c userfaultfd_unregister()

title "Two userfaultfds of one process"
window 40p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@8, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
store(@0, 4p, 7)
u = userfaultfd(0)
v = userfaultfd(0)
UFFDIO_API(u, {features=0})
UFFDIO_API(v, {features=0})
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING|UFFDIO_REGISTER_MODE_WP})
UFFDIO_COPY(v, {dst=@8, src=@0, len=1p, copy=1p})
UFFDIO_WRITEPROTECT(v, {start=@8, len=1p, mode=1})
expect pte(@8).uffd_wp
UFFDIO_UNREGISTER(v, {start=@8, len=4p}) = -EINVAL
UFFDIO_REGISTER(v, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING}) = -EBUSY

step "and from another process"
Q = fork()
Q: store(@0, 1p, 9)
Q: UFFDIO_COPY(u, {dst=@9, src=@0, len=1p, copy=1p})
load(@9) = 9
