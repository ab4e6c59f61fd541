# Nothing to read: does the reader wait?
#
# Unless it asked for UFFD_O_NONBLOCK, it does, and the next message wakes it.
# Kernel: fs/userfaultfd.c userfaultfd_ctx_read()

title "A reader that waits"
window 40p

mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
u = userfaultfd(0)
UFFDIO_API(u, {features=UFFD_FEATURE_EVENT_REMOVE})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})
P.r: read(u) = blocked
P.a: load(@8) = blocked
P.r: finish() = UFFD_EVENT_PAGEFAULT
UFFDIO_ZEROPAGE(u, {start=@8, len=1p, zeropage=1p})
P.a: finish() = 0
