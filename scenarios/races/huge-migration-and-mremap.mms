# A huge page migrates while it is moved by mremap(). Does the walk back find the entry at the new place?
#
# Always: an entry of the PMD level moves as it is, and the rmap locks keep the walk out meanwhile.
# Kernel: mm/huge_memory.c move_huge_pmd(), mm/mremap.c move_page_tables()
title "Migration of a huge page against mremap()"
window 8M
set nodes = 2
set ram = 64M

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_HUGEPAGE)
store(@5, 1p, 7)
race {
	migrator in P { move_pages(0, 1, [@0], [1], NULL, MPOL_MF_MOVE) = ? }
	mover in P { mremap(@0, 2M, 2M, MAYMOVE|FIXED, @0 + 4M) = @0 + 4M }
}
expect pte(@0 + 4M).huge, content(@0 + 4M + 5p) == 7, pte(@0 + 4M).write, rmap(@0 + 4M) == {P:@0 + 4M}
sometimes folio(@0 + 4M).node == 1
