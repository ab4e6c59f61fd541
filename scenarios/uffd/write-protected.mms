# A thread stores to a protected page.  What does it take to let it go on?
#
# Taking the protection away wakes it.  A reader who only wakes it sees it again.  A copy mapped
# protected is two faults: one because it is missing, and then one because it is protected.
# Kernel: mm/memory.c do_wp_page(), fs/userfaultfd.c userfaultfd_writeprotect()

title "A store that waits"
window 40p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 4p, 7)
mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING|UFFDIO_REGISTER_MODE_WP})
UFFDIO_COPY(u, {dst=@8, src=@0, len=1p, mode=UFFDIO_COPY_MODE_WP, copy=1p})
load(@8) = 7
P.a: store(@8, 1p, 9) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@8, flags=UFFD_PAGEFAULT_FLAG_WRITE|UFFD_PAGEFAULT_FLAG_WP})
UFFDIO_WAKE(u, {start=@8, len=1p})
P.a: finish() = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@8, flags=3})
UFFDIO_WRITEPROTECT(u, {start=@8, len=1p, mode=UFFDIO_WRITEPROTECT_MODE_DONTWAKE})
P.a: finish() = blocked
expect content(@8) == 7
UFFDIO_WRITEPROTECT(u, {start=@8, len=1p, mode=0})
P.a: finish() = 0
expect content(@8) == 9

step "missing, then protected"
P.a: store(@9) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@9, flags=UFFD_PAGEFAULT_FLAG_WRITE})
UFFDIO_COPY(u, {dst=@9, src=@0, len=1p, mode=UFFDIO_COPY_MODE_WP, copy=1p})
P.a: finish() = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@9, flags=3})
UFFDIO_WRITEPROTECT(u, {start=@9, len=1p, mode=0})
P.a: finish() = 0
