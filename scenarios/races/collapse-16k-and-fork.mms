# khugepaged makes a folio of 16 KiB of four pages while their owner forks. Do both have what was there, and
# each for itself?
title "A collapse to 16 KiB against fork"
set collapse = mthp
set thp = never
set thp.16K = madvise
window 4M

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_NOHUGEPAGE)
store(@0, 4p, 7)
store(@8, 1p, 5)
madvise(@0, 2M, MADV_HUGEPAGE)
race {
	khugepaged { collapse(P:@0) = ? }
	forker in P { Q = fork() }
}
expect content(@0) == 7, content(Q:@0) == 7, content(Q:@8) == 5
expect !pte(@0).write || folio(@0).exclusive
sometimes folio(@1).order == 2
