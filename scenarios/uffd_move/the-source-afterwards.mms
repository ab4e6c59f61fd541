# What is left at the source?  Nothing at all: as if it had never been touched, in an area that does not change.
# Kernel: mm/userfaultfd.c move_pages()

title "The source after a move"
window 40p

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 4p, 7)
mmap(@8, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
let source = vma(@0)
UFFDIO_MOVE(u, {dst=@8, src=@0, len=4p, move=4p}) = 0
expect vma(@0) == source, vmas(@0..@4) == 1, pte(@0).none, content(@0) == 0
note "it may be read and written at once, and refilled"
load(@0) = 0
store(@1, 1p, 8)
expect content(@8) == 7, content(@1) == 8
UFFDIO_UNREGISTER(u, {start=@8, len=4p})
UFFDIO_REGISTER(u, {start=@0, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
note "and back, two of them"
UFFDIO_MOVE(u, {dst=@2, src=@8, len=2p, move=2p}) = 0
expect content(@3) == 7
