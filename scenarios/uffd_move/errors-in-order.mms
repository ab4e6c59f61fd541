# UFFDIO_MOVE is wrong in more than one way: which error comes first, and when does it tell how far it
# came?  What is wrong with the arguments alone leaves `move` as it was; from the look for the first area
# on, it holds the errno.
# Kernel: fs/userfaultfd.c userfaultfd_move(), mm/userfaultfd.c move_pages()

title "The errors of UFFDIO_MOVE in their order"
window 40p

mmap(@0, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@16, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @16
store(@0, 8p)
munmap(@30, 8p)			# a hole of the window

note "nothing before UFFDIO_API, not even the look at the arguments"
u = userfaultfd(0)
UFFDIO_MOVE(u, {dst=1, src=1, len=1, mode=7, move=0}) = -EINVAL
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@16, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_MOVE(u, NULL) = -EFAULT

note "the destination, then the source, then the mode"
UFFDIO_MOVE(u, {dst=@16 + 1, src=@0, len=1p, move=0}) = -EINVAL
UFFDIO_MOVE(u, {dst=@16, src=@0 + 1, len=1p, move=0}) = -EINVAL
UFFDIO_MOVE(u, {dst=@16, src=@0, len=100, move=0}) = -EINVAL
UFFDIO_MOVE(u, {dst=@16, src=@0, len=0, move=0}) = -EINVAL
UFFDIO_MOVE(u, {dst=0x7ffffffff000, src=@0, len=1p, move=0}) = -EINVAL
UFFDIO_MOVE(u, {dst=@16, src=0x7ffffffff000, len=1p, move=0}) = -EINVAL
UFFDIO_MOVE(u, {dst=@16, src=@0, len=0xfffffffffffff000, move=0}) = -EINVAL
UFFDIO_MOVE(u, {dst=@16, src=@0, len=1p, mode=4, move=0}) = -EINVAL
UFFDIO_MOVE(u, {dst=@30, src=@30, len=1p, mode=4, move=0}) = -EINVAL

note "then memory: an area at the destination, then one at the source"
UFFDIO_MOVE(u, {dst=@30, src=@0, len=1p, move=-ENOENT}) = -ENOENT
UFFDIO_MOVE(u, {dst=0, src=@0, len=1p, move=-ENOENT}) = -ENOENT
UFFDIO_MOVE(u, {dst=@16, src=@30, len=1p, move=-ENOENT}) = -ENOENT
UFFDIO_MOVE(u, {dst=@16, src=@30, len=20p, move=-ENOENT}) = -ENOENT

note "then whether they fit"
UFFDIO_MOVE(u, {dst=@16, src=@0, len=9p, move=-EINVAL}) = -EINVAL
UFFDIO_MOVE(u, {dst=@20, src=@0, len=5p, move=-EINVAL}) = -EINVAL
UFFDIO_MOVE(u, {dst=@4, src=@0, len=1p, move=-EINVAL}) = -EINVAL

note "then page by page, the destination first"
store(@0)
UFFDIO_MOVE(u, {dst=@16, src=@0, len=1p, move=1p}) = 0
UFFDIO_MOVE(u, {dst=@16, src=@0, len=1p, move=-EEXIST}) = -EEXIST
UFFDIO_MOVE(u, {dst=@17, src=@0, len=1p, move=-ENOENT}) = -ENOENT
