# The kernel touches a missing page for a process: does it wait, too?
#
# Yes: mlock(), MADV_POPULATE and the source of a copy wait as the process would, inside the call; the
# reader cannot tell it from an access.
# Kernel: mm/gup.c faultin_page(), mm/userfaultfd.c mfill_atomic()

title "Calls that wait for a reader"
window 40p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 4p, 7)
mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})

step "populate: page after page"
P.a: madvise(@8, 2p, MADV_POPULATE_READ) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@8, flags=0})
UFFDIO_ZEROPAGE(u, {start=@8, len=1p, zeropage=1p})
P.a: finish() = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@9, flags=0})
UFFDIO_COPY(u, {dst=@9, src=@0, len=1p, copy=1p})
P.a: finish() = 0

step "mlock"
P.a: mlock(@10, 1p) = blocked
expect vma(@10).flags.lo == 1
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@10, flags=UFFD_PAGEFAULT_FLAG_WRITE})
UFFDIO_COPY(u, {dst=@10, src=@0, len=1p, copy=1p})
P.a: finish() = 0
munlock(@10, 1p)

step "a copy whose source is missing"
P.a: UFFDIO_COPY(u, {dst=@12, src=@13, len=1p, copy=1p}) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@13, flags=0})
expect pte(@12).none
UFFDIO_COPY(u, {dst=@13, src=@0, len=1p, copy=1p})
P.a: finish() = 0
expect content(@12) == 7

step "the destination is filled by somebody else meanwhile"
P.a: UFFDIO_COPY(u, {dst=@14, src=@15, len=1p, copy=-EEXIST}) = blocked
UFFDIO_ZEROPAGE(u, {start=@14, len=1p, zeropage=1p})
UFFDIO_ZEROPAGE(u, {start=@15, len=1p, zeropage=1p})
P.a: finish() = -EEXIST
