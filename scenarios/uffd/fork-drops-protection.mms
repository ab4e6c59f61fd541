# Is a child's memory write-protected as its parent's was?
#
# Not unless it has a userfaultfd of its own: without UFFD_FEATURE_EVENT_FORK neither the bits nor
# the markers are in the child.
# Kernel: mm/memory.c copy_present_ptes(), copy_pte_marker()

title "Protection and fork"
window 40p

mmap(@0, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 2p, 7)
u = userfaultfd(0)
UFFDIO_API(u, {features=UFFD_FEATURE_WP_UNPOPULATED})
UFFDIO_REGISTER(u, {start=@0, len=8p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(u, {start=@0, len=4p, mode=1})
Q = fork()
expect pte(@0).uffd_wp, pte(@3).uffd_wp, vma(@0).flags.uw == 1
expect !pte(Q:@0).uffd_wp, pte(Q:@3).none, vma(Q:@0).flags.uw == 0
Q: store(@0)
Q: store(@3)
expect content(@0) == 7, pte(@0).uffd_wp
