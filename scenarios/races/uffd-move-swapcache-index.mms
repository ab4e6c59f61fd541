# UFFDIO_MOVE of a page that reclaim has unmapped and not yet let go: the entry moves, and the folio in the
# swap cache keeps the index and the anon_vma of where it was (CVE-2025-21984). Which order shows it?
title "UFFDIO_MOVE forgets the folio in the swap cache"
window 40p
set thp = never
set swap = 16M
set swap.writeback = held
bug uffd-move-swapcache-index

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
mmap(@20, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {api=UFFD_API, features=0})
UFFDIO_REGISTER(u, {start=@20, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
race {
	collector in P { UFFDIO_MOVE(u, {dst=@20, src=@4, len=1p, mode=0}) = 0 or -EEXIST }
	kswapd { reclaim(P:@4, 1p) = ? }
}
must violate swap-index
expect content(@20) == 7
