# What can UFFDIO_UNREGISTER and UFFDIO_WAKE refuse?
#
# Ranges that are none.  Besides, unregistering wants an area, and none that is another's or cannot be registered; waking
# asks nothing of what is there.
# Kernel: fs/userfaultfd.c validate_range(), userfaultfd_unregister(), userfaultfd_wake()

title "Errors of UFFDIO_UNREGISTER and UFFDIO_WAKE"
window 64p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
munmap(@40, 8p)
mmap(@8, 4p, RW, DROPPABLE|ANONYMOUS|FIXED, -1, 0) = @8
u = userfaultfd(0)
UFFDIO_API(u, {features=0})
v = userfaultfd(0)
UFFDIO_API(v, {features=0})
UFFDIO_REGISTER(u, {start=@0, len=2p, mode=1})
UFFDIO_REGISTER(v, {start=@2, len=2p, mode=1})

step "ranges"
UFFDIO_UNREGISTER(u, {start=@0 + 1, len=1p}) = -EINVAL
UFFDIO_UNREGISTER(u, {start=@0, len=0}) = -EINVAL
UFFDIO_UNREGISTER(u, {start=@0, len=5}) = -EINVAL
UFFDIO_UNREGISTER(u, {start=0x7ffffffff000, len=1p}) = -EINVAL
UFFDIO_WAKE(u, {start=@0 + 1, len=1p}) = -EINVAL
UFFDIO_WAKE(u, {start=@0, len=0}) = -EINVAL
UFFDIO_WAKE(u, {start=@0, len=5}) = -EINVAL
UFFDIO_WAKE(u, {start=0x7ffffffff000, len=1p}) = -EINVAL
UFFDIO_WAKE(u, {start=@40, len=1p})
UFFDIO_WAKE(u, {start=@8, len=1p})

step "areas"
UFFDIO_UNREGISTER(u, {start=@40, len=1p}) = -EINVAL
UFFDIO_UNREGISTER(u, {start=@8, len=1p}) = -EINVAL
UFFDIO_UNREGISTER(u, {start=@0, len=4p}) = -EINVAL
expect vma(@0).flags.um, vma(@2).flags.um
UFFDIO_UNREGISTER(u, {start=@0, len=2p})
UFFDIO_UNREGISTER(u, {start=@0, len=2p})
UFFDIO_UNREGISTER(v, {start=@0, len=4p})
expect vmas(@0..@4) == 1, vma(@0).flags.um == 0
