# mremap() has seen that a page table is there and moves it as a whole. A collapse of the file, which another process
# maps as well, takes tables out with the locks of the rmap alone (CVE-2024-50066, 6fa1066fc5d0, from 6.6 to 6.11).
# What is moved if nobody looks again?
title "mremap moves a page table that is gone"
window 8M
bug mremap-pmd-without-recheck

fd = memfd_create("shared", 0)
ftruncate(fd, 2M)
mmap(@0, 2M, RW, SHARED|FIXED, fd, 0) = @0
store(@0, 1p, 7)
Q = fork()
race {
	mover in P { mremap(@0, 2M, 2M, MAYMOVE|FIXED, @0 + 4M) = @0 + 4M }
	collapser in Q { madvise(@0, 2M, MADV_COLLAPSE) = 0 }
}
must violate pgtable-shape
expect content(@0 + 4M) == 7 || pte(@0 + 4M).none
