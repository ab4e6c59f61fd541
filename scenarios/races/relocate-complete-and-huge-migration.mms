# A huge page migrates while it is relocated, leaf and all.
title "A complete relocation of a huge page against migration"
set relocate_anon = complete
window 8M
set nodes = 2
set ram = 64M

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_HUGEPAGE)
store(@5, 1p, 7)
race {
	migrator in P.t { move_pages(0, 1, [@0], [1], NULL, MPOL_MF_MOVE) = ? }
	mover in P { mremap(@0, 2M, 2M, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @0 + 4M) = @0 + 4M }
}
expect pte(@0 + 4M).huge, content(@0 + 4M + 5p) == 7, rmap(@0 + 4M) == {P:@0 + 4M}
expect folio(@0 + 4M).index == (@0 + 4M) / PAGE
sometimes folio(@0 + 4M).node == 1
