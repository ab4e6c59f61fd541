# A protected page is swapped out.  Is it still protected, there and back, and in a child?
#
# Yes: the mark goes into the swap entry, is set and taken away there as in a page that is present, and a
# fault brings it back.  Memory that is swapped out is not missing, and no page can be put in its place.
# Kernel: mm/rmap.c try_to_unmap_one(), mm/mprotect.c change_pte_range(), mm/memory.c do_swap_page()

title "Protection in swap"
window 40p
set swap = 16M

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 4p, 7)
mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
store(@8, 4p, 8)
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=UFFD_FEATURE_EVENT_FORK})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING|UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(u, {start=@8, len=2p, mode=1})
madvise(@8, 4p, MADV_PAGEOUT)
expect pte(@8).swap, pte(@8).uffd_wp, pte(@10).swap, !pte(@10).uffd_wp
UFFDIO_COPY(u, {dst=@8, src=@0, len=1p, copy=-EEXIST}) = -EEXIST
UFFDIO_WRITEPROTECT(u, {start=@9, len=1p, mode=0})
UFFDIO_WRITEPROTECT(u, {start=@10, len=1p, mode=1})
expect pte(@8).uffd_wp, !pte(@9).uffd_wp, pte(@10).uffd_wp, pte(@10).swap

step "a child"
P.a: Q = fork() = blocked
read(u, {event=UFFD_EVENT_FORK, ufd=4})
P.a: finish() = Q
expect pte(Q:@8).swap, pte(Q:@8).uffd_wp, pte(Q:@10).uffd_wp

step "back"
load(@8) = 8
expect pte(@8).present, pte(@8).uffd_wp, !pte(@8).write
P.a: store(@10) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@10, flags=3})
expect pte(@10).present, pte(@10).uffd_wp
UFFDIO_WRITEPROTECT(u, {start=@10, len=1p, mode=0})
P.a: finish() = 0
store(@9)
read(u) = -EAGAIN
