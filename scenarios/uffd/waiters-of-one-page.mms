# Several threads wait for the same page: are all of them told, and all woken?
#
# Each fault is a message of its own.  One fill wakes all who wait at the address, whether or not their
# message was read; a message that was not read is gone then.
# Kernel: fs/userfaultfd.c __wake_userfault()

title "Several waiters for one page"
window 40p

mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})
P.a: load(@8) = blocked
P.b: store(@8, 1p, 0) = blocked
P.c: load(@8) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@8, flags=0})
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@8, flags=UFFD_PAGEFAULT_FLAG_WRITE})
UFFDIO_ZEROPAGE(u, {start=@8, len=1p, zeropage=1p})
P.a: finish() = 0
P.b: finish() = 0
P.c: finish() = 0
read(u) = -EAGAIN
expect folio(@8).exclusive

step "poisoned"
P.a: load(@9) = blocked
P.b: store(@9) = blocked
UFFDIO_POISON(u, {start=@9, len=1p, updated=1p})
P.a: finish() = SIGBUS
P.b: finish() = SIGBUS
