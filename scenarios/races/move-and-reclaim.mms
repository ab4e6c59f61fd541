# UFFDIO_MOVE meets a page that is on its way to swap: present, with a swap entry and still in the swap
# cache, or written and gone. In every order it arrives with its content, and belongs where it is.
title "UFFDIO_MOVE against reclaim"
window 40p
set thp = never
set swap = 16M

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
mmap(@20, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {api=UFFD_API, features=0})
UFFDIO_REGISTER(u, {start=@20, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
race {
	mover in P { UFFDIO_MOVE(u, {dst=@20, src=@4, len=1p, mode=0}) = 0 or -EEXIST }
	kswapd { reclaim(P:@4, 1p) = ? }
}
expect content(@20) == 7, pte(@4).none
