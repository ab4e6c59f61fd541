# In what may source and destination differ?  In everything that does not show in an entry: advice,
# charge, how the destination is registered, by whom the source is.
# Kernel: mm/userfaultfd.c validate_move_areas() does not ask for it

title "Differences that do not keep pages from moving"
window 80p

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
v = userfaultfd(0)
UFFDIO_API(v, {features=0})
mmap(@0, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 8p)
mmap(@16, 2p, RW, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = @16
UFFDIO_REGISTER(u, {start=@16, len=2p, mode=UFFDIO_REGISTER_MODE_MISSING})

note "the charge, and advice"
UFFDIO_MOVE(u, {dst=@16, src=@0, len=1p, move=1p}) = 0
madvise(@0, 8p, MADV_DONTDUMP)
madvise(@0, 8p, MADV_SEQUENTIAL)
UFFDIO_MOVE(u, {dst=@17, src=@1, len=1p, move=1p}) = 0

note "the mode of the registration: write-protect alone will do"
mmap(@24, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @24
UFFDIO_REGISTER(u, {start=@24, len=2p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_MOVE(u, {dst=@24, src=@2, len=1p, move=1p}) = 0
expect pte(@24).write, !pte(@24).uffd_wp

note "a source registered with another descriptor"
UFFDIO_REGISTER(v, {start=@0, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_MOVE(u, {dst=@25, src=@3, len=1p, move=1p}) = 0

note "both locked, one at once, the other at its first touch"
mmap(@32, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @32
mmap(@40, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @40
store(@32)
mlock(@32, 2p)
mlock2(@40, 2p, MLOCK_ONFAULT)
UFFDIO_REGISTER(u, {start=@40, len=2p, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_MOVE(u, {dst=@40, src=@32, len=1p, move=1p}) = 0
expect folio(@40).mlocked

note "a stack"
mmap(@50, 2p, RW, PRIVATE|ANONYMOUS|FIXED|GROWSDOWN, -1, 0) = @50
store(@50)
UFFDIO_REGISTER(u, {start=@0, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING}) = -EBUSY
mmap(@60, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @60
UFFDIO_REGISTER(u, {start=@60, len=2p, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_MOVE(u, {dst=@60, src=@50, len=1p, move=1p}) = 0
