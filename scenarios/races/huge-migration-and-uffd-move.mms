# UFFDIO_MOVE of a huge page that is on its way to another node: is it moved, refused, or a crash?
#
# It waits, and moves the page once it is there, as a whole. Code that took the bits of a migration entry
# for those of a page was in 6.8 to 6.16.
# Kernel: mm/huge_memory.c move_pages_huge_pmd()
title "UFFDIO_MOVE over a migrating huge page"
window 8M
set nodes = 2
set ram = 64M

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
mmap(@0 + 4M, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_HUGEPAGE)
u = userfaultfd(0)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@0 + 4M, len=2M, mode=UFFDIO_REGISTER_MODE_MISSING})
store(@5, 1p, 7)
race {
	migrator in P { move_pages(0, 1, [@0], [1], NULL, MPOL_MF_MOVE) = ? }
	mover in P { UFFDIO_MOVE(u, {dst=@0 + 4M, src=@0, len=2M}) = 0 or -EBUSY }
}
expect pte(@0).none || pte(@0).huge
sometimes pte(@0).none && content(@0 + 4M + 5p) == 7
