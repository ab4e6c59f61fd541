# A collapse takes the page table out, and looks whether anybody has a reference to its pages. GUP-fast is in the
# table at that moment, with interrupts off: it takes a reference, finds its word as it was, and does not look
# whether the table is still in use (70cbc3cc78a9 and 2ba99c5e0881, from 3.18 to 6.0; until then a flush waited for
# interrupts). Who has the page?
title "GUP-fast in a table that a collapse has taken out"
set thp = madvise
window 4M
bug gup-fast-no-pmd-recheck
bug collapse-without-ipi

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
madvise(@0, 2M, MADV_NOHUGEPAGE)
store(@0, 1p, 7)
madvise(@0, 2M, MADV_HUGEPAGE)
race {
	khugepaged { collapse(P:@0) = ? }
	device in P { gup_fast(@0, 1p, FOLL_PIN|FOLL_WRITE) = 0 or 1 }
}
must violate collapse-copy
expect content(@0) == 7
