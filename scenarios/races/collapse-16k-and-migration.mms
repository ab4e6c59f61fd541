# khugepaged makes a folio of 16 KiB of four pages while kcompactd gives another page of the same table a new
# frame, for which it walks the rmap twice. Does it find the word both times?
#
# Yes, as long as the lock of the anon_vma is held until the table is back.
title "A collapse to 16 KiB against migration of a neighbour"
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
	kcompactd { migrate(P:@8, 1p) = ? }
}
expect content(@0) == 7, content(@8) == 5, pte(@8).migration == 0
sometimes folio(@1).order == 2
