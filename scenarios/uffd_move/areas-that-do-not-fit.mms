# Between which areas can pages not move at all?  A moved entry is writable at once and its page is
# anonymous and the process's own: so both areas have to be private, anonymous, equal in permissions and
# locking, writable, and the destination registered with this very descriptor.
# Kernel: mm/userfaultfd.c validate_move_areas()

title "Areas between which nothing can move"
window 80p

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
v = userfaultfd(0)
UFFDIO_API(v, {features=0})
mmap(@0, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 2p)
mmap(@8, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
UFFDIO_REGISTER(u, {start=@8, len=2p, mode=UFFDIO_REGISTER_MODE_MISSING})

note "permissions, even if no entry would differ"
mprotect(@0, 2p, PROT_READ)
UFFDIO_MOVE(u, {dst=@8, src=@0, len=1p, move=-EINVAL}) = -EINVAL
mprotect(@0, 2p, PROT_NONE)
UFFDIO_MOVE(u, {dst=@8, src=@0, len=1p, move=-EINVAL}) = -EINVAL
mprotect(@0, 2p, READ|WRITE|EXEC)
UFFDIO_MOVE(u, {dst=@8, src=@0, len=1p, move=-EINVAL}) = -EINVAL

note "equal and read-only: it is the source that must be writable"
mprotect(@0, 2p, PROT_READ)
mprotect(@8, 2p, PROT_READ)
UFFDIO_MOVE(u, {dst=@8, src=@0, len=1p, move=-EINVAL}) = -EINVAL
mprotect(@0, 2p, RW)
mprotect(@8, 2p, RW)

note "locked and not locked"
mlock(@0, 2p)
UFFDIO_MOVE(u, {dst=@8, src=@0, len=1p, move=-EINVAL}) = -EINVAL
munlock(@0, 2p)

note "a destination that is not registered, or with somebody else"
mmap(@16, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @16
UFFDIO_MOVE(u, {dst=@16, src=@0, len=1p, move=-EINVAL}) = -EINVAL
UFFDIO_MOVE(v, {dst=@8, src=@0, len=1p, move=-EINVAL}) = -EINVAL

note "shared memory, and private memory of a file, even where the page is a private copy"
mmap(@24, 2p, RW, SHARED|ANONYMOUS|FIXED, -1, 0) = @24
store(@24)
UFFDIO_MOVE(u, {dst=@8, src=@24, len=1p, move=-EINVAL}) = -EINVAL
UFFDIO_REGISTER(u, {start=@24, len=2p, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_MOVE(u, {dst=@25, src=@0, len=1p, move=-EINVAL}) = -EINVAL
fd = memfd_create("m", 0)
ftruncate(fd, 2p)
mmap(@32, 2p, RW, PRIVATE|FIXED, fd, 0) = @32
store(@32)
UFFDIO_MOVE(u, {dst=@8, src=@32, len=1p, move=-EINVAL}) = -EINVAL

note "and nothing has moved"
expect pte(@0).present, pte(@8).none
UFFDIO_MOVE(u, {dst=@8, src=@0, len=2p, move=2p}) = 0
