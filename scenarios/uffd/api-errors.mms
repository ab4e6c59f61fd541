# What can userfaultfd(2) and UFFDIO_API refuse?
#
# Unknown flags and features, another version of the interface, and a second call.  Until UFFDIO_API has been called
# nothing else works.  What is refused is told with fields of zeroes; all features there are are told only with success.
# Kernel: fs/userfaultfd.c userfaultfd(2), userfaultfd_api()

title "Errors of userfaultfd() and UFFDIO_API"
window 20p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
userfaultfd(2) = -EINVAL
userfaultfd(O_APPEND) = -EINVAL
u = userfaultfd(O_CLOEXEC|O_NONBLOCK|UFFD_USER_MODE_ONLY)

step "before UFFDIO_API"
read(u) = -EINVAL
UFFDIO_REGISTER(u, {start=@0, len=1p, mode=UFFDIO_REGISTER_MODE_MISSING}) = -EINVAL
UFFDIO_UNREGISTER(u, {start=@0, len=1p}) = -EINVAL
UFFDIO_WAKE(u, {start=@0, len=1p}) = -EINVAL
UFFDIO_COPY(u, {dst=@0, src=@1, len=1p, copy=0}) = -EINVAL
UFFDIO_ZEROPAGE(u, {start=@0, len=1p, zeropage=0}) = -EINVAL
UFFDIO_MOVE(u, {dst=@0, src=@1, len=1p, move=0}) = -EINVAL
UFFDIO_WRITEPROTECT(u, {start=@0, len=1p, mode=1}) = -EINVAL
UFFDIO_CONTINUE(u, {start=@0, len=1p, mapped=0}) = -EINVAL
UFFDIO_POISON(u, {start=@0, len=1p, updated=0}) = -EINVAL

step "UFFDIO_API itself"
UFFDIO_API(u, {api=0xab, features=0, ioctls=0}) = -EINVAL
UFFDIO_API(u, {features=0x20000, ioctls=0}) = -EINVAL
UFFDIO_API(u, {features=0, ioctls=0x8000000000000003})
UFFDIO_API(u, {features=0, ioctls=0}) = -EINVAL
read(u) = -EAGAIN

step "no userfaultfd at all"
f = memfd_create("m", 0)
UFFDIO_API(f, {features=0}) = -ENOTTY
UFFDIO_COPY(f, {dst=@0, src=@1, len=1p}) = -ENOTTY
UFFDIO_COPY(77, {dst=@0, src=@1, len=1p}) = -EBADF
close(u)
UFFDIO_WAKE(u, {start=@0, len=1p}) = -EBADF
