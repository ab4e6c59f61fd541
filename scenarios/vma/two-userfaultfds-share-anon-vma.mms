# Two neighbours are registered with different userfaultfds and written to.  They cannot merge; do
# they share an anon_vma?
#
# Yes: who watches an area is not asked when an anon_vma is borrowed, so that they are one as soon
# as nobody watches.  One that is not registered differs in a flag, and does not share.
# Kernel: mm/vma.c anon_vma_compatible()

title "Borrowing an anon_vma across userfaultfds"
window 40p

u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {features=0})
v = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(v, {features=0})
mmap(@1, 12p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
UFFDIO_REGISTER(u, {start=@1, len=4p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_REGISTER(v, {start=@5, len=4p, mode=UFFDIO_REGISTER_MODE_WP})
store(@1, 4p)
store(@5, 4p)
store(@9, 4p)
expect vma(@1).anon_vma == vma(@5).anon_vma, vma(@9).anon_vma != vma(@5).anon_vma
expect mergeable(@4, @5) == uffd
close(u)
close(v)
expect vma(@1).end == @9, mergeable(@8, @9) == anon_vma
