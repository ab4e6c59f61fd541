# A thread touches a page that is missing.  Who goes on, and when?
#
# The thread sleeps, inside its access; the reader learns where, and fills the page.  Whatever fills
# wakes those who wait for that address, unless it is told not to.
# Kernel: fs/userfaultfd.c handle_userfault(), wake_userfault()

title "A fault that waits"
window 40p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 4p, 7)
mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
u = userfaultfd(O_NONBLOCK)
read(u) = -EINVAL
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})
read(u) = -EAGAIN

step "a load"
P.a: load(@8+16) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@8, flags=0}) = UFFD_EVENT_PAGEFAULT
read(u) = -EAGAIN
UFFDIO_COPY(u, {dst=@9, src=@0, len=1p, copy=1p})
P.a: finish() = blocked
UFFDIO_COPY(u, {dst=@8, src=@0, len=1p, copy=1p})
P.a: finish() = 7

step "a store, and the page of zeroes: it copies that"
P.a: store(@10) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@10, flags=UFFD_PAGEFAULT_FLAG_WRITE})
UFFDIO_ZEROPAGE(u, {start=@10, len=1p, zeropage=1p})
P.a: finish() = 0
expect folio(@10).exclusive

step "two of them, resolved in the other order, and without reading"
P.a: load(@11) = blocked
P.b: load(@12) = blocked
UFFDIO_COPY(u, {dst=@12, src=@0, len=1p, copy=1p})
P.b: finish() = 7
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@11})
read(u) = -EAGAIN
UFFDIO_COPY(u, {dst=@11, src=@0, len=1p, mode=UFFDIO_COPY_MODE_DONTWAKE, copy=1p})
P.a: finish() = blocked
UFFDIO_WAKE(u, {start=@8, len=3p})
P.a: finish() = blocked
UFFDIO_WAKE(u, {start=@8, len=8p})
P.a: finish() = 7
