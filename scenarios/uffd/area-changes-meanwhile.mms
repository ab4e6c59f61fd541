# A thread waits for a page, and its area changes: what does it find when it is woken?
#
# It holds no lock and remembers nothing: its access begins anew, with the area as it is then.  Nothing but
# a fill, WAKE, unregistering or the end of the descriptor wakes it, not even that the memory is gone.
# Kernel: fs/userfaultfd.c handle_userfault()

title "The area of a waiting fault"
window 40p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 4p, 7)
mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})

step "read-only meanwhile: a store"
P.a: store(@8) = blocked
mprotect(@8, 1p, READ)
P.a: finish() = blocked
UFFDIO_COPY(u, {dst=@8, src=@0, len=1p, copy=1p})
P.a: finish() = SIGSEGV

step "replaced by memory that is not registered"
P.a: load(@9) = blocked
mmap(@9, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @9
P.a: finish() = blocked
UFFDIO_COPY(u, {dst=@9, src=@0, len=1p, copy=-ENOENT}) = -ENOENT
UFFDIO_WAKE(u, {start=@9, len=1p})
P.a: finish() = 0

step "moved: the registration does not go along, and nobody is woken"
P.a: load(@10) = blocked
mremap(@10, 1p, 1p, MAYMOVE|FIXED, @30) = @30
P.a: finish() = blocked
UFFDIO_WAKE(u, {start=@10, len=1p})
P.a: finish() = SIGSEGV

step "gone"
P.a: load(@12) = blocked
munmap(@12, 1p)
P.a: finish() = blocked
close(u)
P.a: finish() = SIGSEGV
