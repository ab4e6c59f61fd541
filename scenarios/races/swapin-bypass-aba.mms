# A device that is fast enough is read past the swap cache, and two faults on one page read its slot at the same
# time (CVE-2024-26759, 13ddaf26be32, from 4.15 to 6.7). One maps its copy, which frees the slot; a store; the page
# goes to swap again, and to the same slot. The other finds its word as it was, and maps what it had read. Where is
# the store?
title "Two faults read one slot past the swap cache"
window 40p
set thp = never
set swap = 2p				# one slot behind the header
set swap.device = zram
bug swapin-bypass-unclaimed

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
madvise(@4, 1p, MADV_PAGEOUT)
expect pte(@4).swap
race {
	reader in P { load(@4) = 7 or 9 or 0 or -ENOMEM }	# -ENOMEM: no page to be read, and the word as it was
	writer in P {
		store(@4, 1p, 9) = 0
		madvise(@4, 1p, MADV_PAGEOUT) = 0
	}
}
must violate lost-store
expect content(@4) == 9
