# What can UFFDIO_COPY refuse, and what does it report?
#
# Arguments that are wrong by themselves leave the field as it was; whatever is found at the
# destination is in the field as well as in errno.  The areas are looked at before the mode is
# compared with the registration, and the destination before the source is read.
# Kernel: fs/userfaultfd.c userfaultfd_copy(), mm/userfaultfd.c mfill_atomic()

title "Errors of UFFDIO_COPY"
window 64p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 4p, 7)
mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
mmap(@16, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @16
raw = userfaultfd(0)
u = userfaultfd(0)
UFFDIO_COPY(raw, {dst=@8, src=@0, len=1p, copy=0}) = -EINVAL
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})

step "by the arguments alone"
UFFDIO_COPY(u, {dst=@8+1, src=@0, len=1p, copy=0}) = -EINVAL
UFFDIO_COPY(u, {dst=@8, src=@0, len=0, copy=0}) = -EINVAL
UFFDIO_COPY(u, {dst=@8, src=@0, len=100, copy=0}) = -EINVAL
UFFDIO_COPY(u, {dst=@8, src=@0, len=1p, mode=4, copy=0}) = -EINVAL
UFFDIO_COPY(u, {dst=0x7ffffffff000, src=@0, len=1p, copy=0}) = -EINVAL
UFFDIO_COPY(u, {dst=@8, src=@0, len=0x7ffffffff000, copy=0}) = -EINVAL

step "by the areas"
UFFDIO_COPY(u, {dst=@30, src=@0, len=1p, copy=-ENOENT}) = -ENOENT
UFFDIO_COPY(u, {dst=@16, src=@0, len=1p, copy=-ENOENT}) = -ENOENT
UFFDIO_COPY(u, {dst=@15, src=@0, len=2p, copy=-ENOENT}) = -ENOENT
UFFDIO_COPY(u, {dst=@8, src=@0, len=1p, mode=UFFDIO_COPY_MODE_WP, copy=-EINVAL}) = -EINVAL

step "by the source"
munmap(@4, 2p)
UFFDIO_COPY(u, {dst=@8, src=@4, len=1p, copy=-EFAULT}) = -EFAULT
mprotect(@1, 1p, NONE)
UFFDIO_COPY(u, {dst=@8, src=@1, len=1p, copy=-EFAULT}) = -EFAULT
expect pte(@8).none

step "by what is there"
UFFDIO_COPY(u, {dst=@8, src=@0, len=1p, copy=1p}) = 0
UFFDIO_COPY(u, {dst=@8, src=@0, len=1p, copy=-EEXIST}) = -EEXIST
UFFDIO_ZEROPAGE(u, {start=@9, len=1p, zeropage=1p}) = 0
UFFDIO_COPY(u, {dst=@9, src=@0, len=1p, copy=-EEXIST}) = -EEXIST
# The destination decides before the source is found to be unreadable.
UFFDIO_COPY(u, {dst=@8, src=@1, len=1p, copy=-EFAULT}) = -EFAULT
expect content(@8) == 7, content(@9) == 0
