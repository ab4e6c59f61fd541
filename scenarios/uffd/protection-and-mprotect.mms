# A protected page, and its area made read-only and writable again: is it still protected?
#
# Yes: mprotect() never makes a page writable that userfaultfd protects; nor does a read fault, or a
# move of the area with UFFD_FEATURE_EVENT_REMAP.  Without that feature a move drops the protection.
# Kernel: mm/mprotect.c can_change_pte_writable(), mm/mremap.c move_ptes()

title "Protection outlives mprotect"
window 40p

f = memfd_create("m", 0)
ftruncate(f, 4p)
mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@8, 4p, RW, SHARED|FIXED, f, 0) = @8
store(@0, 2p, 7)
store(@8, 2p, 7)
u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {features=UFFD_FEATURE_WP_UNPOPULATED})
UFFDIO_REGISTER(u, {start=@0, len=12p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(u, {start=@0, len=12p, mode=1})
mprotect(@0, 4p, READ)
mprotect(@8, 4p, NONE)
expect pte(@0).uffd_wp, pte(@2).uffd_wp, pte(@8).uffd_wp, pte(@10).uffd_wp
mprotect(@0, 4p, RW)
mprotect(@8, 4p, RW)
expect pte(@0).uffd_wp, !pte(@0).write, pte(@8).uffd_wp, !pte(@8).write, pte(@10).uffd_wp
madvise(@0, 1p, MADV_POPULATE_WRITE) = -EFAULT
madvise(@8, 1p, MADV_POPULATE_WRITE) = -EFAULT
mremap(@0, 4p, 4p, MAYMOVE|FIXED, @20) = @20
expect !pte(@20).uffd_wp, pte(@22).none, vma(@20).flags.uw == 0
store(@20)
