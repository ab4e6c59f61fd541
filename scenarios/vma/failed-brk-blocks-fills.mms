# The heap shrinks over memory that a userfaultfd is to be told of, and stops at sealed memory: may the reader fill now?
#
# Never again: that the memory is about to change has been noted, and brk() forgets to take it back.  munmap() that fails
# tells the reader of what did not happen, and all is well.
# Kernel: mm/mmap.c brk(), which leaves its list of userfaultfds without userfaultfd_unmap_complete()

title "A brk() that fails blocks fills"

h = brk(0)
brk(h + 8p) = h + 8p
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=UFFD_FEATURE_EVENT_UNMAP})
UFFDIO_REGISTER(u, {start=h, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_ZEROPAGE(u, {start=h, len=1p, zeropage=1p})
mseal(h + 4p, 4p)

step "munmap(): told, though it fails"
P.a: munmap(h, 8p) = blocked
UFFDIO_ZEROPAGE(u, {start=h + 1p, len=1p, zeropage=-EAGAIN}) = -EAGAIN
read(u, {event=UFFD_EVENT_UNMAP, start=h, end=h + 8p})
P.a: finish() = -EPERM
UFFDIO_ZEROPAGE(u, {start=h + 1p, len=1p, zeropage=1p})

step "brk(): not told, and never over"
brk(h) = h + 8p
read(u) = -EAGAIN
UFFDIO_ZEROPAGE(u, {start=h + 2p, len=1p, zeropage=-EAGAIN}) = -EAGAIN
expect quirk(failed_brk_blocks_fills) == 1, pte(h).present, vma(h).flags.um
