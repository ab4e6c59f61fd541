# Registered memory moves to right behind other memory with the same registration.  What happens
# to the registration there?
#
# It goes as well: the two merge first, and then the registration is taken off the area which was
# moved, which is the merged one.
# Kernel: mm/userfaultfd.c mremap_userfaultfd_prep()

title "A move beside registered memory unregisters that too"
window 60p

u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {features=0})
mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@20, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
UFFDIO_REGISTER(u, {start=@1, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_REGISTER(u, {start=@20, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
mremap(@20, 4p, 4p, MAYMOVE|FIXED, @5) = @5
expect vma(@1).end == @9
expect vma(@1).flags.um == 0
expect quirk(move_strips_uffd_of_merged) == 1
