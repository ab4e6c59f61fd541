# Reclaim asks whether a page was used, and does not lock its folio for that: it reads the folio's anon_vma, locks that,
# and as the folio is mapped, the anon_vma must be alive. Meanwhile UFFDIO_MOVE has moved the page to an area with an
# anon_vma of its own, and the old area is gone. (adef440691ba brought the second look with UFFDIO_MOVE.) Whose areas
# does the walk see?
title "A walk that does not look again"
window 40p
set thp = never
set swap = 64K
set swap.device = zram
bug rmap-mapping-recheck

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
mmap(@24, 15p, RW, PRIVATE|ANONYMOUS|FIXED)
mmap(@20, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@24, 15p)
madvise(@24, 15p, MADV_PAGEOUT)		# the device is full: pages are looked at, and none is written
expect sys().swap_free == 0
store(@4, 1p, 7)
for i in 1..2 {
	pin(@4, 1p, FOLL_REMOTE)		# looked at twice: the page is active
	unpin(@4, 1p)
}
u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {api=UFFD_API, features=0})
UFFDIO_REGISTER(u, {start=@20, len=1p, mode=UFFDIO_REGISTER_MODE_MISSING})
race {
	kswapd { shrink(1p) = ? }
	mover in P {
		UFFDIO_MOVE(u, {dst=@20, src=@4, len=1p, mode=0}) = 0 or -EEXIST
		munmap(@4, 1p)
	}
}
must violate use-after-free
expect content(@20) == 7
