# A guard is neither a page nor a hole: can it move?  No, and holes being allowed does not help.
# Kernel: mm/userfaultfd.c move_pages_ptes()

title "EFAULT: a marker at the source"
window 40p

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 4p, 7)
madvise(@2, 1p, MADV_GUARD_INSTALL)
mmap(@8, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})

UFFDIO_MOVE(u, {dst=@10, src=@2, len=1p, move=-EFAULT}) = -EFAULT
UFFDIO_MOVE(u, {dst=@10, src=@2, len=1p, mode=UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES, move=-EFAULT}) = -EFAULT
UFFDIO_MOVE(u, {dst=@8, src=@0, len=4p, move=2p}) = -EAGAIN
expect pte(@2).guard
