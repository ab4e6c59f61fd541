# Somebody drops pages, and the reader has not heard of it yet: may it move pages meanwhile?  No: it would act on an old
# picture.  That comes before any look at the arguments.
# Kernel: fs/userfaultfd.c userfaultfd_move(), ctx->mmap_changing

title "EAGAIN: an event has not been read"
window 40p

u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=UFFD_FEATURE_EVENT_REMOVE})
mmap(@0, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@16, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @16
store(@0, 8p, 7)
store(@16, 1p, 7)
UFFDIO_REGISTER(u, {start=@16, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})
P.a: madvise(@16, 1p, MADV_DONTNEED) = blocked
UFFDIO_MOVE(u, {dst=@17, src=@1, len=1p, move=-EAGAIN}) = -EAGAIN
UFFDIO_MOVE(u, {dst=1, src=1, len=1, mode=99, move=-EAGAIN}) = -EAGAIN
read(u, {event=UFFD_EVENT_REMOVE, start=@16, end=@17})
P.a: finish() = 0
UFFDIO_MOVE(u, {dst=@17, src=@1, len=1p, move=1p}) = 0
