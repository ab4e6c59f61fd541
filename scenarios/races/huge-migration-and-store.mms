# A store to a huge page that is on its way to another node: where does it go?
#
# It waits until the page has arrived, or comes before it leaves; in both cases nothing is lost.
# Kernel: mm/memory.c __handle_mm_fault(), mm/migrate.c pmd_migration_entry_wait()
title "Migration of a huge page against a store"
window 4M
set nodes = 2
set ram = 64M

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_HUGEPAGE)
store(@5, 1p, 7)
race {
	mover in P { move_pages(0, 1, [@0], [1], NULL, MPOL_MF_MOVE) = ? }
	writer in P { store(@5, 1p, 8) = 0 }
}
expect pte(@0).huge, content(@5) == 8, pte(@0).dirty, pte(@0).write, folio(@0).exclusive
sometimes folio(@0).node == 1
