# A page is write-protected by userfaultfd and moves: is it still?  The protection belongs to the entry and the entry
# is new: it is lost, even in a destination that is registered for it.  A protected hole is a marker, which cannot move.
# Kernel: mm/userfaultfd.c move_present_ptes(), move_pages_ptes()

title "Write protection does not move"
window 40p

u = userfaultfd(0)
UFFDIO_API(u, {features=UFFD_FEATURE_WP_UNPOPULATED})
mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@8, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
UFFDIO_REGISTER(u, {start=@0, len=4p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_WP})
store(@0, 2p, 7)
UFFDIO_WRITEPROTECT(u, {start=@0, len=4p, mode=UFFDIO_WRITEPROTECT_MODE_WP})
expect pte(@0).uffd_wp, !pte(@0).write, pte(@2).uffd_wp
UFFDIO_MOVE(u, {dst=@8, src=@0, len=1p, move=1p}) = 0
expect !pte(@8).uffd_wp, pte(@8).write

note "the marker of a protected hole, at either side"
UFFDIO_MOVE(u, {dst=@9, src=@2, len=1p, mode=UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES, move=-EFAULT}) = -EFAULT
UFFDIO_MOVE(u, {dst=@3, src=@8, len=1p, move=-EEXIST}) = -EEXIST
note "at the source it goes with its page"
expect pte(@0).none
