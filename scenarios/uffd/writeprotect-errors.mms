# What can UFFDIO_WRITEPROTECT refuse?
#
# Its range may span areas and holes, but each area has to be registered for write protection; the
# areas before one that is not are done.  Holes of anonymous memory are not marked unless
# UFFD_FEATURE_WP_UNPOPULATED says so.
# Kernel: mm/userfaultfd.c mwriteprotect_range()

title "Errors of UFFDIO_WRITEPROTECT"
window 40p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@8, 12p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
store(@8, 12p, 7)
munmap(@10, 1p)
u = userfaultfd(0)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@0, len=4p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(u, {start=@8, len=1p, mode=3}) = -EINVAL
UFFDIO_WRITEPROTECT(u, {start=@8, len=1p, mode=4}) = -EINVAL
UFFDIO_WRITEPROTECT(u, {start=@8+1, len=1p, mode=1}) = -EINVAL
UFFDIO_WRITEPROTECT(u, {start=@8, len=0, mode=1}) = -EINVAL
UFFDIO_WRITEPROTECT(u, {start=@30, len=1p, mode=1}) = -ENOENT
UFFDIO_WRITEPROTECT(u, {start=@10, len=1p, mode=1}) = -ENOENT
UFFDIO_WRITEPROTECT(u, {start=@18, len=1p, mode=1}) = -ENOENT

step "over a hole"
UFFDIO_WRITEPROTECT(u, {start=@9, len=3p, mode=1})
expect pte(@9).uffd_wp, pte(@11).uffd_wp, !pte(@9).write, !pte(@8).uffd_wp

step "up to an area that is not registered"
UFFDIO_WRITEPROTECT(u, {start=@14, len=4p, mode=1}) = -ENOENT
expect pte(@15).uffd_wp, !pte(@16).uffd_wp

step "what was never written"
UFFDIO_WRITEPROTECT(u, {start=@0, len=4p, mode=1})
expect pte(@0).none
store(@0)

step "and back: writable at once, for the page is nobody else's"
UFFDIO_WRITEPROTECT(u, {start=@8, len=8p, mode=0})
expect pte(@9).write, !pte(@9).uffd_wp
store(@9)

step "a page that was shared stays read-only"
Q = fork()
UFFDIO_WRITEPROTECT(u, {start=@8, len=8p, mode=1})
UFFDIO_WRITEPROTECT(u, {start=@8, len=8p, mode=2})
expect !pte(@9).write, !pte(@9).uffd_wp
