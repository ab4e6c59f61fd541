# With mmap_lock for reading a collapse looks at references first and takes the words out then. Can a device be
# left with a page that the process no longer has?
title "A collapse that checks before it clears"
set collapse = ptes
set thp = never
set thp.16K = madvise
window 4M
bug collapse-checks-before-clear

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_NOHUGEPAGE)
store(@0, 4p, 7)
store(@8, 1p, 5)
madvise(@0, 2M, MADV_HUGEPAGE)
race {
	khugepaged { collapse(P:@0) = ? }
	device in P { gup_fast(@0, 1p, FOLL_PIN|FOLL_WRITE) = 0 or 1 }
}
must violate collapse-copy
expect content(@1) == 7
