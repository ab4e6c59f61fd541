# A word of a page in swap goes: the slot's count is dropped, and the slot is looked at once more, for a page in the
# swap cache that nobody needs any more. Until 6.8 nothing kept the device meanwhile (CVE-2024-26960, 82b1c07a0af6).
# swapoff() finds no slot in use. Whose map is looked at?
title "swapoff() between two looks at a slot"
window 40p
set thp = never
set swap = 2p
bug swap-free-without-device

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
madvise(@4, 1p, MADV_PAGEOUT)
expect pte(@4).swap
race {
	zapper in P { madvise(@4, 1p, MADV_DONTNEED) = 0 }
	admin in P { swapoff("/swap") = 0 }
}
must violate use-after-free
