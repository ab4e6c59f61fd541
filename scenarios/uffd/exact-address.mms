# What address does the reader get?
#
# That of the page, or with UFFD_FEATURE_EXACT_ADDRESS that of the access.  WAKE looks at the address
# that was told.
# Kernel: fs/userfaultfd.c userfault_msg(), userfaultfd_wake_function()

title "The exact address"
window 40p

mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=UFFD_FEATURE_EXACT_ADDRESS})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})
P.a: madvise(@8, 1p, MADV_POPULATE_WRITE) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@8, flags=UFFD_PAGEFAULT_FLAG_WRITE})
UFFDIO_ZEROPAGE(u, {start=@8, len=1p, zeropage=1p})
P.a: finish() = 0
