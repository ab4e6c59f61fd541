# A fault under the lock of its area may not look for an anon_vma among the neighbours, for it has no lock of those. It
# asked whether there is one already before it had the lock (657b5146955e, 6.4). mremap() with MREMAP_DONTUNMAP
# takes it away in between, and munmap() the neighbour. Whom does the fault ask?
title "A fault asks a neighbour that has gone"
window 40p
set thp = never
bug anon-vma-checked-before-lock

mmap(@5, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@5)
mprotect(@5, 1p, READ)
mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4)
madvise(@4, 1p, MADV_DONTNEED)		# the anon_vma stays
expect vmas(@4..@6) == 2
race {
	faulter in P { store(@4, 1p, 9) = 0 }
	mover in P {
		mremap(@4, 1p, 1p, MAYMOVE|FIXED|DONTUNMAP, @20) = @20
		munmap(@5, 1p) = 0
	}
}
must violate use-after-free
