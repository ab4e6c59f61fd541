# Two threads drop memory, and the reader has read of one of them: may it fill the memory that the other is about to drop?
#
# No: fills are refused until it has read of both.  Kernels that kept a bit instead of a count let the fill through, and
# then threw away what it had put there.
# Kernel: fs/userfaultfd.c userfaultfd_event_wait_completion(); df2cc96e7701 (4.18), a759a909d42d (5.18)

title "Changes that are counted by a bit"
bug uffd-mmap-changing
window 40p

mmap(@0, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 1p, 7)
mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=UFFD_FEATURE_EVENT_REMOVE})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})
P.a: madvise(@8, 2p, MADV_DONTNEED) = blocked
P.b: madvise(@12, 2p, MADV_DONTNEED) = blocked
read(u, {event=UFFD_EVENT_REMOVE, start=@8, end=@10})
P.a: finish() = 0
UFFDIO_COPY(u, {dst=@12, src=@0, len=1p}) = -EAGAIN or 0
read(u, {event=UFFD_EVENT_REMOVE, start=@12, end=@14})
P.b: finish() = 0
expect pte(@12).none
must violate uffd-changing
