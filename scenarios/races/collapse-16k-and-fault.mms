# khugepaged makes a folio of 16 KiB of three pages and a hole while their owner stores to the hole, and to an
# empty word of the same table. Is a store lost, or a page mapped twice?
title "A collapse to 16 KiB against faults"
set collapse = mthp
set thp = never
set thp.16K = madvise
window 4M

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_NOHUGEPAGE)
store(@0, 3p, 7)
store(@8, 1p, 5)
madvise(@0, 2M, MADV_HUGEPAGE)
race {
	khugepaged { collapse(P:@0) = ? }
	writer in P { store(@3, 1p, 9)
		store(@12, 1p, 10) }
}
expect content(@0) == 7, content(@3) == 9, content(@12) == 10, content(@8) == 5
sometimes folio(@1).order == 2
