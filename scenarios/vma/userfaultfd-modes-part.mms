# One userfaultfd, two modes: are two areas that differ in the mode apart?
#
# Yes, as two areas with different userfaultfds are.  Unregistering heals.
# Kernel: mm/userfaultfd.c userfaultfd_register_range(), mm/vma.c is_mergeable_vma()

title "Registration modes part areas"
window 40p

u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {features=0})
mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
UFFDIO_REGISTER(u, {start=@1, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
expect mergeable(@4, @5) == flags
UFFDIO_REGISTER(u, {start=@5, len=4p, \
	mode=UFFDIO_REGISTER_MODE_MISSING|UFFDIO_REGISTER_MODE_WP})
expect vmas(@1..@9) == 2
UFFDIO_REGISTER(u, {start=@1, len=4p, \
	mode=UFFDIO_REGISTER_MODE_MISSING|UFFDIO_REGISTER_MODE_WP})
expect vmas(@1..@9) == 1

step "unregistering a part splits, the rest heals"
UFFDIO_UNREGISTER(u, {start=@3, len=2p})
expect vmas(@1..@9) == 3
UFFDIO_UNREGISTER(u, {start=@1, len=8p})
expect vmas(@1..@9) == 1

step "new memory beside registered memory"
UFFDIO_REGISTER(u, {start=@5, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
munmap(@1, 4p)
mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
expect vmas(@1..@9) == 2
