# A range is unregistered while threads wait there: do they go on?
#
# Those of an area that was registered for missing pages do.  A store that waits in one which was only
# registered for write protection sleeps on, until it is woken or the descriptor is closed.
# Kernel: fs/userfaultfd.c userfaultfd_unregister(), userfaultfd_release()

title "Waiting while the range is unregistered"
window 40p

mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
mmap(@20, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
store(@20, 4p, 7)
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_REGISTER(u, {start=@20, len=4p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(u, {start=@20, len=4p, mode=1})
P.a: load(@8) = blocked
P.b: store(@20) = blocked
UFFDIO_UNREGISTER(u, {start=@20, len=4p})
P.b: finish() = blocked
UFFDIO_UNREGISTER(u, {start=@8, len=4p})
P.a: finish() = 0
P.a: load(@12) = blocked
close(u)
P.a: finish() = 0
P.b: finish() = 0
