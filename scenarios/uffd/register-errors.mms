# What can UFFDIO_REGISTER refuse, and which calls does it then allow?
#
# The mode and the range by themselves, then the areas: one that is of the wrong kind, that may never be written to, or that
# another descriptor has.  Holes do not matter as long as there is an area.  The calls depend on the mode.
# Kernel: fs/userfaultfd.c userfaultfd_register(); tools/testing/selftests/mm/uffd-unit-tests.c register-ioctls

title "Errors of UFFDIO_REGISTER"
window 64p

f = memfd_create("m", 0)
ftruncate(f, 8p)
mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@8, 4p, RW, SHARED|FIXED, f, 0) = @8
mmap(@16, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @16
mmap(@24, 4p, READ, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @24
munmap(@4, 4p)
munmap(@40, 8p)
u = userfaultfd(0)
UFFDIO_API(u, {features=0})
v = userfaultfd(0)
UFFDIO_API(v, {features=0})

step "by the arguments alone; the calls stay what they were"
UFFDIO_REGISTER(u, {start=@0, len=4p, mode=0, ioctls=0}) = -EINVAL
UFFDIO_REGISTER(u, {start=@0, len=4p, mode=8, ioctls=0}) = -EINVAL
UFFDIO_REGISTER(u, {start=@0, len=4p, mode=9, ioctls=0}) = -EINVAL
UFFDIO_REGISTER(u, {start=@0, len=0, mode=1, ioctls=0}) = -EINVAL
UFFDIO_REGISTER(u, {start=@0, len=100, mode=1, ioctls=0}) = -EINVAL
UFFDIO_REGISTER(u, {start=@0 + 1, len=4p, mode=1, ioctls=0}) = -EINVAL
UFFDIO_REGISTER(u, {start=0x7ffffffff000, len=1p, mode=1, ioctls=0}) = -EINVAL
UFFDIO_REGISTER(u, {start=@0, len=0x7ffffffff000, mode=1, ioctls=0}) = -EINVAL

step "by the areas"
UFFDIO_REGISTER(u, {start=@40, len=4p, mode=1, ioctls=0}) = -EINVAL
UFFDIO_REGISTER(u, {start=@0, len=4p, mode=UFFDIO_REGISTER_MODE_MINOR, ioctls=0}) = -EINVAL
UFFDIO_REGISTER(v, {start=@16, len=2p, mode=1})
UFFDIO_REGISTER(u, {start=@16, len=4p, mode=1, ioctls=0}) = -EBUSY
UFFDIO_REGISTER(u, {start=@0, len=20p, mode=1, ioctls=0}) = -EBUSY
note "nothing of the areas before it is done"
expect vma(@0).flags.um == 0, vma(@8).flags.um == 0
mmap(@32, 4p, RW, DROPPABLE|ANONYMOUS|FIXED, -1, 0) = @32
UFFDIO_REGISTER(u, {start=@24, len=12p, mode=1, ioctls=0}) = -EINVAL
expect vma(@24).flags.um == 0
s = memfd_create("s", MFD_ALLOW_SEALING)
ftruncate(s, 4p)
fcntl(s, F_ADD_SEALS, F_SEAL_FUTURE_WRITE)
mmap(@50, 4p, READ, SHARED|FIXED, s, 0) = @50
UFFDIO_REGISTER(u, {start=@50, len=4p, mode=1, ioctls=0}) = -EPERM

step "which calls it allows"
UFFDIO_REGISTER(u, {start=@2, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING, ioctls=0x13c})
UFFDIO_REGISTER(u, {start=@24, len=2p, mode=UFFDIO_REGISTER_MODE_MISSING|UFFDIO_REGISTER_MODE_WP, ioctls=0x17c})
UFFDIO_REGISTER(u, {start=@8, len=1p, mode=UFFDIO_REGISTER_MODE_MINOR, ioctls=0x1bc})
UFFDIO_REGISTER(u, {start=@9, len=1p, mode=7, ioctls=0x1fc})
UFFDIO_REGISTER(u, {start=@4, len=5p, mode=UFFDIO_REGISTER_MODE_MISSING, ioctls=0x13c})
expect vma(@8).flags.um, vma(@8).flags.ui == 0
