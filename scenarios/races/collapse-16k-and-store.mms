# khugepaged makes a folio of 16 KiB of four pages while their owner stores to one of them. Is the store ever lost?
#
# No, by none of the designs that make such folios.
title "A collapse to 16 KiB against stores"
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
	writer in P { store(@0, 1p, 9) }
}
expect content(@0) == 9, content(@1) == 7, content(@8) == 5
sometimes folio(@1).order == 2
