# The process that a userfaultfd is about has ended, and another one still has the descriptor: what do the calls say?
#
# ESRCH, those that fill, but for UFFDIO_MOVE, which wants the caller to be of the process; ENOMEM, those that register.
# Waking works: there is nobody to be woken.
# Kernel: fs/userfaultfd.c, each mmget_not_zero()

title "A userfaultfd without its process"
window 40p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 4p, 7)
mmap(@8, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
u = userfaultfd(0)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=3})
Q = fork()
exit(0)
Q: UFFDIO_COPY(u, {dst=@8, src=@0, len=1p, copy=0}) = -ESRCH
Q: UFFDIO_ZEROPAGE(u, {start=@8, len=1p, zeropage=0}) = -ESRCH
Q: UFFDIO_MOVE(u, {dst=@8, src=@0, len=1p, move=0}) = -EINVAL
Q: UFFDIO_WRITEPROTECT(u, {start=@8, len=1p, mode=1}) = -ESRCH
Q: UFFDIO_CONTINUE(u, {start=@8, len=1p, mapped=0}) = -ESRCH
Q: UFFDIO_POISON(u, {start=@8, len=1p, updated=0}) = -ESRCH
Q: UFFDIO_REGISTER(u, {start=@8, len=4p, mode=1, ioctls=0}) = -ENOMEM
Q: UFFDIO_UNREGISTER(u, {start=@8, len=4p}) = -ENOMEM
Q: UFFDIO_WAKE(u, {start=@8, len=4p})
expect vma(Q:@8).flags.um == 0, pte(Q:@8).none
