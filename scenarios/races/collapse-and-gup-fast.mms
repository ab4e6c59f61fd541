# A device takes a page by the fast path, without any lock, while khugepaged copies it into a huge page. Can the
# device be left with a page that the process no longer has?
#
# No: the word of the table is taken out and then references are looked at; the fast path takes its reference
# and then looks at that word again. One of both sees the other.
# Kernel: mm/khugepaged.c collapse_huge_page(), mm/gup.c gup_fast_pte_range()
title "A collapse against GUP-fast"
set thp = madvise
window 4M

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_NOHUGEPAGE)
store(@0, 1p, 7)
madvise(@0, 2M, MADV_HUGEPAGE)
race {
	khugepaged { collapse(P:@0) = ? }
	device in P { gup_fast(@0, 1p, FOLL_PIN|FOLL_WRITE) = 0 or 1 }
}
expect content(@0) == 7
sometimes pte(@0).huge
sometimes folio(@0).pinned
