# Why does UFFDIO_MOVE say EBUSY of a page that nobody shares any more?  It moves what PageAnonExclusive
# says is this process's alone.  fork() clears it, and neither the child's end nor a read gives it back:
# only a write does, which finds itself the last owner, or copies.
# Kernel: mm/userfaultfd.c move_present_ptes(), mm/memory.c do_wp_page()

title "EBUSY after a fork, until it is written to"
window 40p

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@8, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
store(@0, 4p, 7)
madvise(@4..@8, MADV_DONTFORK)
Q = fork()
UFFDIO_MOVE(u, {dst=@8, src=@0, len=1p, move=-EBUSY}) = -EBUSY

note "the child's own copy is of no help"
Q: store(@0)
expect folio(@0).mapcount == 1, !folio(@0).exclusive
UFFDIO_MOVE(u, {dst=@8, src=@0, len=1p, move=-EBUSY}) = -EBUSY

note "nor is its end, or a read"
Q: exit()
load(@0, 4p) = 7
UFFDIO_MOVE(u, {dst=@8, src=@0, len=1p, move=-EBUSY}) = -EBUSY

note "a write is"
store(@0, 1p, 8)
expect folio(@0).exclusive
UFFDIO_MOVE(u, {dst=@8, src=@0, len=1p, move=1p}) = 0

note "pages before the first that is not exclusive do move"
store(@1, 2p, 9)
UFFDIO_MOVE(u, {dst=@9, src=@1, len=3p, move=2p}) = -EAGAIN
UFFDIO_MOVE(u, {dst=@11, src=@3, len=1p, move=-EBUSY}) = -EBUSY
