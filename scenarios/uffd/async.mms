# UFFD_FEATURE_WP_ASYNC: who is told of a store?
#
# Nobody: the store takes the protection away by itself, and what is still protected was not
# written to.  Any memory may be registered so, but for droppable memory.
# Kernel: mm/memory.c do_wp_page(), fs/userfaultfd.c vma_can_userfault()

title "Protection that goes by itself"
window 40p

f = memfd_create("m", 0)
ftruncate(f, 4p)
mmap(@0, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@16, 4p, RW, SHARED|FIXED, f, 0) = @16
store(@0, 4p, 7)
store(@16, 2p, 8)
u = userfaultfd(0)
UFFDIO_API(u, {features=UFFD_FEATURE_WP_ASYNC})
UFFDIO_REGISTER(u, {start=@0, len=8p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_REGISTER(u, {start=@16, len=4p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(u, {start=@0, len=8p, mode=1})
UFFDIO_WRITEPROTECT(u, {start=@16, len=4p, mode=1})
expect pte(@0).uffd_wp, pte(@6).uffd_wp, !pte(@6).present, pte(@17).uffd_wp, pte(@18).uffd_wp
store(@0)
expect !pte(@0).uffd_wp, pte(@0).write, pte(@1).uffd_wp
store(@6)
expect !pte(@6).uffd_wp, pte(@6).write
load(@7) = 0
expect pte(@7).uffd_wp, pte(@7).zero
store(@7)
expect !pte(@7).uffd_wp, pte(@7).write
store(@17)
expect !pte(@17).uffd_wp, pte(@17).write
store(@18)
expect !pte(@18).uffd_wp, pte(@18).write
madvise(@1, 1p, MADV_POPULATE_WRITE)
expect !pte(@1).uffd_wp
