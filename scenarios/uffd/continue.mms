# UFFDIO_CONTINUE maps what the file has.  When does it refuse?
#
# Only shared memory can be continued; the page has to be in the file, and nothing may be mapped.
# Beyond the end of the file it says EINVAL where the other fills say EFAULT.
# Kernel: mm/userfaultfd.c mfill_atomic_pte_continue()

title "Mapping what is there"
window 40p

f = memfd_create("m", 0)
ftruncate(f, 4p)
mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@8, 8p, RW, SHARED|FIXED, f, 0) = @8
mmap(@16, 4p, RW, SHARED|FIXED, f, 0) = @16
mmap(@24, 4p, RW, PRIVATE|FIXED, f, 0) = @24
u = userfaultfd(0)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@0, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MINOR|UFFDIO_REGISTER_MODE_WP})
UFFDIO_REGISTER(u, {start=@24, len=4p, mode=UFFDIO_REGISTER_MODE_MINOR})
expect vma(@8).flags.ui == 1
store(@16, 2p, 7)

UFFDIO_CONTINUE(u, {start=@8+1, len=1p, mapped=0}) = -EINVAL
UFFDIO_CONTINUE(u, {start=@8, len=1p, mode=4, mapped=0}) = -EINVAL
UFFDIO_CONTINUE(u, {start=@0, len=1p, mapped=-EINVAL}) = -EINVAL
UFFDIO_CONTINUE(u, {start=@16, len=1p, mapped=-ENOENT}) = -ENOENT
UFFDIO_CONTINUE(u, {start=@10, len=1p, mapped=-EFAULT}) = -EFAULT
UFFDIO_CONTINUE(u, {start=@12, len=1p, mapped=-EINVAL}) = -EINVAL
UFFDIO_CONTINUE(u, {start=@8, len=1p, mapped=1p})
expect pte(@8).write, pte(@8).dirty, content(@8) == 7
UFFDIO_CONTINUE(u, {start=@8, len=1p, mapped=-EEXIST}) = -EEXIST
UFFDIO_CONTINUE(u, {start=@9, len=3p, mode=2, mapped=1p}) = -EAGAIN
expect pte(@9).uffd_wp, !pte(@9).write

step "a private map: readable only, for a write has to copy"
UFFDIO_CONTINUE(u, {start=@24, len=1p, mapped=1p})
expect !pte(@24).write, !folio(@24).anon
store(@24, 1p, 8)
expect content(@8) == 7, folio(@24).anon
fallocate(f, 0, 0, 4p)
UFFDIO_CONTINUE(u, {start=@10, len=1p, mapped=1p})
load(@10) = 0
