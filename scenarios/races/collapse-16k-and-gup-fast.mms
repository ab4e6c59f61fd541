# A device takes a page by the fast path while khugepaged makes a folio of 16 KiB of it and three others. Can the
# device be left with a page that the process no longer has?
title "A collapse to 16 KiB against GUP-fast"
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
	device in P { gup_fast(@0, 1p, FOLL_PIN|FOLL_WRITE) = 0 or 1 }
}
expect content(@0) == 7, content(@8) == 5
sometimes folio(@1).order == 2
