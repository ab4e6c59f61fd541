# May a child move pages with its parent's descriptor?  Only in its own address space would it make sense,
# and the descriptor is about the parent's: EINVAL, before anything else is looked at.
# Kernel: fs/userfaultfd.c userfaultfd_move()

title "The descriptor of another address space"
window 40p

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@8, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
store(@0, 4p)
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
Q = fork()
Q: UFFDIO_MOVE(u, {dst=@8, src=@0, len=1p, move=0}) = -EINVAL
Q: UFFDIO_MOVE(u, {dst=@30, src=@0, len=1p, move=0}) = -EINVAL
Q: exit()
store(@0, 4p)
UFFDIO_MOVE(u, {dst=@8, src=@0, len=1p, move=1p}) = 0
