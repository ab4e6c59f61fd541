# A page of MADV_FREE may be dropped until it is written to, and reclaim asked its dirty bit only (6c8e2a256915, from
# 4.5 to 5.17). A read() with O_DIRECT pins the page by the fast path, and says that it has written when all is over.
# Where is what it has read?
title "Reclaim of a lazily freed page, and a device that writes to it"
window 40p
set thp = never
bug madv-free-ignores-references

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
madvise(@4, 1p, MADV_FREE)
race {
	device in P {
		gup_fast(@4, 1p, FOLL_PIN|FOLL_WRITE) = 0 or 1
		dma(@4, 1p, 9) = 0 or -ENXIO
		unpin(@4, 1p) = 0 or -ENXIO
	}
	kswapd { reclaim(P:@4, 1p) = 0 or 1 }
}
must violate lost-store
