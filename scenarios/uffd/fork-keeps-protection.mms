# A process forks with UFFD_FEATURE_EVENT_FORK: is the child protected as its parent is, whatever there is?
#
# Yes: a page, a page that a device holds and of which the child gets a copy, one in swap, the zero page, a marker.
# Kernel: tools/testing/selftests/mm/uffd-unit-tests.c wp-fork-with-event, wp-fork-pin-with-event;
# mm/memory.c copy_present_page(), copy_nonpresent_pte(), copy_pte_marker()

title "Protection in a child that is told of"
window 40p
set swap = 16M
set swap.device = zram

mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
store(@8, 3p, 8)
load(@11)
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=UFFD_FEATURE_EVENT_FORK|UFFD_FEATURE_WP_UNPOPULATED})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_WP})
pin(@9, 1p)
UFFDIO_WRITEPROTECT(u, {start=@8, len=5p, mode=1})
madvise(@10, 1p, MADV_PAGEOUT)
expect pte(@10).swap
P.a: Q = fork() = blocked
read(u, {event=UFFD_EVENT_FORK, ufd=4})
P.a: finish() = Q
expect folio(Q:@8) == folio(@8), pte(Q:@8).uffd_wp
expect folio(Q:@9) != folio(@9), pte(Q:@9).uffd_wp, pte(Q:@9).write == 0, pte(@9).uffd_wp
expect pte(Q:@10).swap, pte(Q:@10).uffd_wp, pte(Q:@11).zero, pte(Q:@11).uffd_wp
expect pte(Q:@12).present == 0, pte(Q:@12).uffd_wp, pte(Q:@13).none

step "each store of the child is told"
for i in 8..12 {
	Q: store(@(i), 1p, 9) = blocked
	read(4, {event=UFFD_EVENT_PAGEFAULT, address=@(i), flags=3})
	UFFDIO_WRITEPROTECT(4, {start=@(i), len=1p, mode=0})
	Q: finish() = 0
	expect content(Q:@(i)) == 9, pte(@(i)).uffd_wp
}
read(u) = -EAGAIN
expect content(@8) == 8, content(@9) == 8
