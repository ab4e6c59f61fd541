# Huge pages and userfaultfd: who sees what?
#
# A fault that would get a huge page is told as one missing page.  A fill finds a huge page in its way.
# Protection of all of it is a bit of its one entry; of a part, the entry is split.
# Kernel: mm/huge_memory.c __do_huge_pmd_anonymous_page(), change_huge_pmd(); mm/userfaultfd.c

title "Huge pages of a userfaultfd"
window 1024p
set thp = madvise

mmap(@0, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 1p, 7)
a = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(a, 4M, MADV_HUGEPAGE)
store(a, 1p, 9)
expect pte(a).huge
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=a, len=4M, mode=UFFDIO_REGISTER_MODE_MISSING|UFFDIO_REGISTER_MODE_WP})

step "in the way"
UFFDIO_COPY(u, {dst=a + 1p, src=@0, len=1p, copy=-EEXIST}) = -EEXIST

step "all of it"
UFFDIO_WRITEPROTECT(u, {start=a, len=2M, mode=1})
expect pte(a).huge, pte(a).uffd_wp, !pte(a).write
load(a) = 9
P.a: store(a + 5p) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=a + 5p, flags=3})
UFFDIO_WRITEPROTECT(u, {start=a, len=2M, mode=0})
P.a: finish() = 0
expect pte(a).huge, !pte(a).uffd_wp

step "a part"
UFFDIO_WRITEPROTECT(u, {start=a + 3p, len=1p, mode=1})
expect !pte(a).huge, pte(a + 3p).uffd_wp, !pte(a + 2p).uffd_wp, folio(a).order == 9

step "missing: one page"
P.a: store(a + 2M + 7p) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=a + 2M + 7p, flags=1})
UFFDIO_COPY(u, {dst=a + 2M + 7p, src=@0, len=1p, copy=1p})
P.a: finish() = 0
expect !pte(a + 2M + 7p).huge, pte(a + 2M + 8p).none
