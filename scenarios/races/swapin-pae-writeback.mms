# A page is on its way to a device that needs it not to change, for it computes a checksum or compresses it. A
# store faults the page back in, from the swap cache, and the swap word says that it is nobody else's (the rule came
# with f05714293a59, and 1493a1913e34 for exclusive pages). Does the device store one page, or parts of two?
title "A page comes back while the device writes it"
window 40p
set thp = never
set swap = 16M
set swap.device = zram
set swap.writeback = held
bug swapin-ignores-stable-pages

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
disk: writeback_start(P:@4) = 0
race {
	writer in P { store(@4, 1p, 9) = 0 }
	disk { writeback_end(P:@4) = 0 or -ENOENT }
}
must violate swap-stable-writes
expect content(@4) == 9
