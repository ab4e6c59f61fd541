# And without UFFD_FEATURE_EVENT_FORK: is anything protected in the child?
#
# Nothing, not even what is in swap or copied because it is pinned.
# Kernel: tools/testing/selftests/mm/uffd-unit-tests.c wp-fork, wp-fork-pin; mm/memory.c copy_nonpresent_pte()

title "Protection in a child that nobody is told of"
window 40p
set swap = 16M
set swap.device = zram

mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
store(@8, 3p, 8)
load(@11)
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=UFFD_FEATURE_WP_UNPOPULATED})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_WP})
pin(@9, 1p)
UFFDIO_WRITEPROTECT(u, {start=@8, len=5p, mode=1})
madvise(@10, 1p, MADV_PAGEOUT)
Q = fork()
expect pte(Q:@8).uffd_wp == 0, pte(Q:@9).uffd_wp == 0, pte(Q:@10).uffd_wp == 0, pte(Q:@11).uffd_wp == 0, pte(Q:@12).none
expect pte(@8).uffd_wp, pte(@9).uffd_wp, pte(@10).uffd_wp, pte(@11).uffd_wp, pte(@12).uffd_wp
for i in 8..12 {
	Q: store(@(i), 1p, 9)
	expect content(Q:@(i)) == 9
}
expect content(@8) == 8, content(@9) == 8
load(@10) = 8
