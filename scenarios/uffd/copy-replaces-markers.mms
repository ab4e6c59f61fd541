# Does UFFDIO_COPY put a page where a marker stands?
#
# Yes for those of userfaultfd: write protection, which the new page does not inherit, and even
# poison or a guard.  UFFDIO_ZEROPAGE and UFFDIO_POISON want a place where nothing is at all.
# Kernel: mm/userfaultfd.c mfill_atomic_install_pte(), mfill_atomic_pte_zeropage()

title "Fills and markers"
window 40p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 4p, 7)
mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
u = userfaultfd(0)
UFFDIO_API(u, {features=UFFD_FEATURE_WP_UNPOPULATED})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING|UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(u, {start=@8, len=2p, mode=UFFDIO_WRITEPROTECT_MODE_WP})
UFFDIO_POISON(u, {start=@10, len=2p, updated=2p})
expect pte(@8).uffd_wp, !pte(@8).present, !pte(@10).uffd_wp, !pte(@10).none

UFFDIO_ZEROPAGE(u, {start=@8, len=1p, zeropage=-EEXIST}) = -EEXIST
UFFDIO_POISON(u, {start=@8, len=1p, updated=-EEXIST}) = -EEXIST
UFFDIO_ZEROPAGE(u, {start=@10, len=1p, zeropage=-EEXIST}) = -EEXIST
UFFDIO_POISON(u, {start=@10, len=1p, updated=-EEXIST}) = -EEXIST
UFFDIO_COPY(u, {dst=@8, src=@0, len=1p, copy=1p})
UFFDIO_COPY(u, {dst=@10, src=@0, len=1p, copy=1p})
expect !pte(@8).uffd_wp, pte(@8).write, pte(@10).write
store(@8)
load(@10) = 7

step "a guard region as well, though that is not userfaultfd's"
madvise(@13, 1p, MADV_GUARD_INSTALL)
UFFDIO_ZEROPAGE(u, {start=@13, len=1p, zeropage=-EEXIST}) = -EEXIST
UFFDIO_COPY(u, {dst=@13, src=@0, len=1p, copy=1p})
load(@13) = 7
