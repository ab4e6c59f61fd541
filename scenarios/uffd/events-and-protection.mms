# Protected memory is moved, dropped, unmapped in part, under a reader who is told: what is still protected?
#
# What moves keeps its protection if the reader is told of moves; what is dropped has none, nor has new memory
# in its place.
# Kernel: tools/testing/selftests/mm/uffd-unit-tests.c events-wp; mm/mremap.c move_ptes(), mm/memory.c zap_pte_range()

title "Events and protection"
window 60p
set swap = 16M
set swap.device = zram

mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
store(@8, 5p, 8)
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=UFFD_FEATURE_EVENT_REMAP|UFFD_FEATURE_EVENT_REMOVE|UFFD_FEATURE_WP_UNPOPULATED})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(u, {start=@8, len=7p, mode=1})
madvise(@9, 1p, MADV_PAGEOUT)

step "moved: a page, one in swap, a marker"
P.a: mremap(@8, 8p, 8p, MAYMOVE|FIXED, @24) = blocked
read(u, {event=UFFD_EVENT_REMAP, from=@8, to=@24, len=8p})
P.a: finish() = @24
expect pte(@24).uffd_wp, pte(@25).swap, pte(@25).uffd_wp, pte(@30).uffd_wp, pte(@30).present == 0, pte(@31).none
for i in 24..25 {
	P.a: store(@(i), 1p, 9) = blocked
	read(u, {event=UFFD_EVENT_PAGEFAULT, address=@(i), flags=3})
	UFFDIO_WRITEPROTECT(u, {start=@(i), len=1p, mode=0})
	P.a: finish() = 0
}
P.a: store(@30, 1p, 9) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=@30, flags=3})
UFFDIO_WRITEPROTECT(u, {start=@30, len=1p, mode=0})
P.a: finish() = 0

step "dropped: no longer"
P.a: madvise(@26, 2p, MADV_DONTNEED) = blocked
read(u, {event=UFFD_EVENT_REMOVE, start=@26, end=@28})
P.a: finish() = 0
expect pte(@26).none, pte(@28).uffd_wp
store(@26, 2p, 9)
read(u) = -EAGAIN
