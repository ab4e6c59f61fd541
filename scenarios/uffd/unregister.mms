# What does unregistering leave behind?
#
# Nothing: protected pages are writable again where they are nobody else's, markers go.  Poison stays.
# Closing the descriptor does the same for all areas.
# Kernel: mm/userfaultfd.c userfaultfd_clear_vma(), userfaultfd_release_all()

title "Unregistered"
window 40p

mmap(@0, 12p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 4p, 7)
u = userfaultfd(0)
UFFDIO_API(u, {features=UFFD_FEATURE_WP_UNPOPULATED})
UFFDIO_REGISTER(u, {start=@0, len=12p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(u, {start=@0, len=8p, mode=1})
UFFDIO_POISON(u, {start=@9, len=1p, updated=1p})
UFFDIO_UNREGISTER(u, {start=@1, len=4p})
expect vmas(@0..@12) == 3, pte(@0).uffd_wp, pte(@5).uffd_wp
expect pte(@1).write, !pte(@1).uffd_wp, pte(@4).none
store(@1)
close(u)
expect vmas(@0..@12) == 1, !pte(@0).uffd_wp, pte(@0).write, pte(@5).none, !pte(@9).none
load(@9) = SIGBUS
