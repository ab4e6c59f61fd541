# A huge page moves to another node while its process forks. What do parent and child have?
#
# Both the same folio, read-only, not exclusive: fork makes the entry of a migration one that anybody may
# read, for both, and the walk back finds it in both.
# Kernel: mm/huge_memory.c copy_huge_pmd(), remove_migration_pmd()
title "Migration of a huge page against fork()"
window 4M
set nodes = 2
set ram = 64M

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_HUGEPAGE)
store(@5, 1p, 7)
race {
	mover in P { move_pages(0, 1, [@0], [1], NULL, MPOL_MF_MOVE) = ? }
	parent in P { Q = fork() }
}
expect pte(@0).huge, pte(Q:@0).huge, folio(@0) == folio(Q:@0), content(Q:@5) == 7
expect pte(@0).write == 0, pte(Q:@0).write == 0, folio(@0).exclusive == 0, folio(@0).mapcount == 2
sometimes folio(@0).node == 1
sometimes folio(@0).node == 0
