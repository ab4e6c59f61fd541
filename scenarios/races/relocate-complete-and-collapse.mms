# khugepaged makes a huge page of memory that is being relocated: before, behind, or not at all.
title "A complete relocation against khugepaged"
set relocate_anon = complete
set khugepaged.max_ptes_none = 511
window 8M

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_NOHUGEPAGE)
store(@5, 1p, 7)
madvise(@0, 2M, MADV_HUGEPAGE)
race {
	khugepaged { collapse(P:@0) = ? }
	mover in P { mremap(@0, 2M, 2M, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @0 + 4M) = @0 + 4M }
}
expect content(@0 + 4M + 5p) == 7, rmap(@0 + 4M + 5p) == {P:@0 + 4M + 5p}
sometimes pte(@0 + 4M).huge
never pte(@0 + 4M).huge && folio(@0 + 4M).index != (@0 + 4M) / PAGE
