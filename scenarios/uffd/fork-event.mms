# A process forks: how does its reader learn of the child?
#
# With UFFD_FEATURE_EVENT_FORK the child's memory is registered with a userfaultfd of its own, which the
# reader gets with the message; until then the parent waits.  Protection is inherited.
# Kernel: fs/userfaultfd.c dup_userfaultfd(), resolve_userfault_fork()

title "A reader for parent and child"
window 40p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 4p, 7)
mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
store(@8, 2p, 8)
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=UFFD_FEATURE_EVENT_FORK|UFFD_FEATURE_WP_UNPOPULATED})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING|UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(u, {start=@8, len=4p, mode=1})
P.a: Q = fork() = blocked
UFFDIO_COPY(u, {dst=@12, src=@0, len=1p, copy=-EAGAIN}) = -EAGAIN
read(u, {event=UFFD_EVENT_FORK, ufd=4}) = UFFD_EVENT_FORK
P.a: finish() = Q
expect vma(Q:@8).flags.um == 1, vma(Q:@8).flags.uw == 1
expect pte(Q:@8).uffd_wp, pte(Q:@11).uffd_wp, pte(Q:@12).none

step "the child's faults are read from the new descriptor"
Q: load(@13) = blocked
read(u) = -EAGAIN
read(4, {event=UFFD_EVENT_PAGEFAULT, address=@13})
UFFDIO_COPY(4, {dst=@13, src=@0, len=1p, copy=1p})
Q: finish() = 7
expect pte(@13).none
Q: store(@8) = blocked
read(4, {event=UFFD_EVENT_PAGEFAULT, address=@8, flags=3})
UFFDIO_WRITEPROTECT(4, {start=@8, len=1p, mode=0})
Q: finish() = 0
expect pte(@8).uffd_wp, content(@8) == 8
