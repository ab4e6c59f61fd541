# With mmap_lock for reading a collapse copies its pages first and takes their words out then. Which store is
# lost?
title "A collapse that copies before it clears"
set collapse = ptes
set thp = never
set thp.16K = madvise
window 4M
bug collapse-copies-before-clear

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_NOHUGEPAGE)
store(@0, 4p, 7)
store(@8, 1p, 5)
madvise(@0, 2M, MADV_HUGEPAGE)
race {
	khugepaged { collapse(P:@0) = ? }
	writer in P { store(@0, 1p, 9) }
}
must violate collapse-copy
expect content(@1) == 7
