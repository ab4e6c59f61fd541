# A program goes on while its objects are moved: what do its threads see?  One that uses the new address before the page is there
# waits for it.  One that still uses the old address afterwards must not find zeroes: the source is registered as well,
# and the collector sends it to the new place.
# Kernel: fs/userfaultfd.c handle_userfault(), userfaultfd_move()

title "A collector, and threads that use what it moves"
window 40p

u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=0})
mmap(@0, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@16, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @16
store(@2, 1p, 7)
UFFDIO_REGISTER(u, {start=@0, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_REGISTER(u, {start=@16, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})

note "the new address, too early"
P.a: store(@16, 1p, 8) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@16})
UFFDIO_MOVE(u, {dst=@16, src=@2, len=1p, move=1p}) = 0
P.a: finish() = 0
expect content(@16) == 8

note "the old address, too late: a store that would be lost in a page of its own"
P.b: store(@2, 1p, 9) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@2})
expect pte(@2).none, content(@16) == 8
note "the page goes back for it"
UFFDIO_MOVE(u, {dst=@2, src=@16, len=1p, move=1p}) = 0
P.b: finish() = 0
expect content(@2) == 9, pte(@16).none
