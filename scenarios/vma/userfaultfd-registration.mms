# Memory registered with a userfaultfd is marked, and does not merge with memory that is not, nor with
# what another one has.  Closing it heals everything.
# Kernel: mm/userfaultfd.c userfaultfd_register_range(), userfaultfd_release_all()

title "userfaultfd parts areas"
window 40p

u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {features=0})
mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
UFFDIO_REGISTER(u, {start=@3, len=2p, mode=UFFDIO_REGISTER_MODE_MISSING})
expect vmas(@1..@9) == 3
v = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(v, {features=0})
UFFDIO_REGISTER(v, {start=@5, len=2p, mode=UFFDIO_REGISTER_MODE_MISSING})
expect mergeable(@4, @5) == uffd
close(v)
close(u)
expect vmas(@1..@9) == 1
