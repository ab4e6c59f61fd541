# A part of a huge page is to move, and the huge page is on its way to another frame: its PMD word is a migration entry.
# UFFDIO_MOVE took the bits of that for those of a page (CVE-2025-38686, aba6faec0103, from 6.8 to 6.16). Does it ask
# whether something is present?
title "UFFDIO_MOVE takes a migration entry for a page"
window 8M
set nodes = 2
set ram = 64M
bug uffd-move-pmd-migration

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED)
madvise(@0, 2M, MADV_HUGEPAGE)
store(@5, 1p, 7)
mmap(@1024, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@1024, 1p, 1)				# so that it ends once it has looked at the source
u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {api=UFFD_API, features=0})
UFFDIO_REGISTER(u, {start=@1024, len=1p, mode=UFFDIO_REGISTER_MODE_MISSING})
race {
	migrator in P { move_pages(0, 1, [@0], [1], NULL, MPOL_MF_MOVE) = ? }
	mover in P { UFFDIO_MOVE(u, {dst=@1024, src=@5, len=1p, mode=0}) = -EEXIST or -EBUSY }
}
must violate bug-on
expect content(@1024) == 1, content(@5) == 7
