# A device writes to a page, or a pipe holds it: can it move to another address?  Not while it is pinned, for the device
# was promised that the process sees what it writes at that address; a plain reference promises nothing.
# Kernel: mm/userfaultfd.c move_present_ptes()

title "EBUSY: a device holds the page"
window 40p

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
mmap(@0, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@16, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @16
UFFDIO_REGISTER(u, {start=@16, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})
store(@0, 8p, 7)

pin(@2, 1p)
UFFDIO_MOVE(u, {dst=@18, src=@2, len=1p, move=-EBUSY}) = -EBUSY
note "what lies before it goes"
UFFDIO_MOVE(u, {dst=@16, src=@0, len=4p, move=2p}) = -EAGAIN
expect pte(@2).present, pte(@18).none
unpin(@2, 1p)
UFFDIO_MOVE(u, {dst=@18, src=@2, len=2p, move=2p}) = 0

note "a reference that is no pin"
pin(@4, 1p, FOLL_GET)
UFFDIO_MOVE(u, {dst=@20, src=@4, len=1p, move=1p}) = 0
store(@20, 1p, 9)
expect device(@4) == 9
unpin(@4, 1p)
