# A range is registered again without write protection.  What about pages that are protected?
#
# The modes are replaced, but the pages keep their mark, which means nothing until the area is
# registered for write protection once more; then a page written in between is writable and marked.
# Kernel: mm/userfaultfd.c userfaultfd_register_range()

title "Marks that registration leaves"
window 40p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 4p, 7)
u = userfaultfd(0)
UFFDIO_API(u, {features=UFFD_FEATURE_WP_UNPOPULATED})
UFFDIO_REGISTER(u, {start=@0, len=4p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(u, {start=@0, len=4p, mode=1})
UFFDIO_REGISTER(u, {start=@0, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
expect vma(@0).flags.uw == 0, pte(@0).uffd_wp, pte(@1).uffd_wp, quirk(marks_outlive_registration) == 1
store(@0)
expect pte(@0).uffd_wp, pte(@0).write
UFFDIO_REGISTER(u, {start=@0, len=4p, mode=UFFDIO_REGISTER_MODE_WP})
store(@0)
expect pte(@0).uffd_wp, pte(@1).uffd_wp, !pte(@1).write
UFFDIO_UNREGISTER(u, {start=@0, len=4p})
expect !pte(@0).uffd_wp
