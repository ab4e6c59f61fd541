# A fill gets stuck halfway.  How much is done, and what does the call say?
#
# What is done stays done and is reported in the field; the call itself says EAGAIN, not why it
# stopped.  Only when nothing at all was done is the reason told.
# Kernel: fs/userfaultfd.c userfaultfd_copy(), mm/userfaultfd.c mfill_atomic()

title "A part of a fill"
window 40p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 4p, 7)
mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
u = userfaultfd(0)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_ZEROPAGE(u, {start=@10, len=1p, zeropage=1p})
UFFDIO_COPY(u, {dst=@8, src=@0, len=4p, copy=2p}) = -EAGAIN
expect content(@8) == 7, content(@9) == 7, content(@10) == 0, pte(@11).none
UFFDIO_COPY(u, {dst=@10, src=@0, len=2p, copy=-EEXIST}) = -EEXIST
UFFDIO_ZEROPAGE(u, {start=@11, len=2p, zeropage=2p})
UFFDIO_ZEROPAGE(u, {start=@11, len=3p, zeropage=-EEXIST}) = -EEXIST
UFFDIO_POISON(u, {start=@14, len=1p, updated=1p})
UFFDIO_ZEROPAGE(u, {start=@13, len=3p, zeropage=1p}) = -EAGAIN

step "a source that ends in a hole"
munmap(@3, 1p)
mmap(@20, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
UFFDIO_REGISTER(u, {start=@20, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_COPY(u, {dst=@20, src=@1, len=4p, copy=2p}) = -EAGAIN
