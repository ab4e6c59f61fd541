# Memory is dropped, moved, unmapped under a reader: what is it told, and when?
#
# MADV_DONTNEED tells before the pages go, munmap() after; a move tells that, and then that the old
# range is gone.  Who changes the memory waits until the reader has read of it, and until then no
# fill gets through.
# Kernel: fs/userfaultfd.c userfaultfd_event_wait_completion()

title "Events"
window 60p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 4p, 7)
mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
store(@8, 8p, 8)
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=UFFD_FEATURE_EVENT_REMAP|UFFD_FEATURE_EVENT_REMOVE|UFFD_FEATURE_EVENT_UNMAP})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING|UFFDIO_REGISTER_MODE_WP})

step "dropped"
P.a: madvise(@8, 2p, MADV_DONTNEED) = blocked
expect pte(@8).present
UFFDIO_COPY(u, {dst=@20, src=@0, len=1p, copy=-EAGAIN}) = -EAGAIN
UFFDIO_ZEROPAGE(u, {start=@20, len=1p, zeropage=-EAGAIN}) = -EAGAIN
UFFDIO_POISON(u, {start=@20, len=1p, updated=-EAGAIN}) = -EAGAIN
UFFDIO_CONTINUE(u, {start=@20, len=1p, mapped=-EAGAIN}) = -EAGAIN
UFFDIO_WRITEPROTECT(u, {start=@8, len=1p, mode=1}) = -EAGAIN
read(u, {event=UFFD_EVENT_REMOVE, start=@8, end=@10}) = UFFD_EVENT_REMOVE
P.a: finish() = 0
expect pte(@8).none
UFFDIO_COPY(u, {dst=@8, src=@0, len=1p, copy=1p})

step "faults are told before events"
P.a: madvise(@8, 1p, MADV_FREE) = blocked
P.b: load(@9) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@9})
read(u, {event=UFFD_EVENT_REMOVE, start=@8, end=@9})
UFFDIO_ZEROPAGE(u, {start=@9, len=1p, zeropage=1p})
P.a: finish() = 0
P.b: finish() = 0

step "moved"
P.a: mremap(@8, 8p, 8p, MAYMOVE|FIXED, @24) = blocked
expect pte(@24).present
read(u, {event=UFFD_EVENT_REMAP, from=@8, to=@24, len=8p})
P.a: finish() = blocked
read(u, {event=UFFD_EVENT_UNMAP, start=@8, end=@16})
P.a: finish() = @24
expect vma(@24).flags.um == 1

step "unmapped"
P.a: munmap(@24, 2p) = blocked
read(u, {event=UFFD_EVENT_UNMAP, start=@24, end=@26})
P.a: finish() = 0
P.a: mmap(@26, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = blocked
expect vma(@26).flags.um == 0
read(u, {event=UFFD_EVENT_UNMAP, start=@26, end=@27})
P.a: finish() = @26

step "closed: nobody is left to be told"
P.a: madvise(@28, 1p, MADV_DONTNEED) = blocked
close(u)
P.a: finish() = 0
