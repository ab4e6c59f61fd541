# When does a userfaultfd keep shared memory from becoming huge?
window 4096p
set thp = never
f = memfd_create("x", 0)
ftruncate(f, 512p)
mmap(@512, 512p, RW, SHARED|FIXED, f, 0)
store(@512, 10p, 3)
madvise(@512, 512p, MADV_COLLAPSE) = 0
u = userfaultfd(0)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@512, len=512p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(u, {start=@514, len=2p, mode=1})
load(@514) = 3
load(@513) = 3
UFFDIO_WRITEPROTECT(u, {start=@514, len=2p, mode=0})
store(@514, 1p, 9)
madvise(@512, 512p, MADV_COLLAPSE) = -EINVAL
UFFDIO_UNREGISTER(u, {start=@512, len=512p})
madvise(@512, 512p, MADV_COLLAPSE) = 0
UFFDIO_REGISTER(u, {start=@512, len=512p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(u, {start=@512, len=512p, mode=1})
load(@514) = 9
UFFDIO_WRITEPROTECT(u, {start=@512, len=512p, mode=0})
store(@514, 1p, 9)
g = memfd_create("y", 0)
ftruncate(g, 512p)
mmap(@1024, 512p, RW, SHARED|FIXED, g, 0)
store(@1024, 511p, 3)
v = userfaultfd(0)
UFFDIO_API(v, {features=0})
UFFDIO_REGISTER(v, {start=@1024, len=512p, mode=UFFDIO_REGISTER_MODE_MISSING})
madvise(@1024, 512p, MADV_COLLAPSE) = -EBUSY
load(@1024) = 3
UFFDIO_UNREGISTER(v, {start=@1024, len=512p})
madvise(@1024, 512p, MADV_COLLAPSE) = 0
