# UFFDIO_MOVE meets a page that is being migrated: it waits for the migration and moves what is there then.
# Is the page ever lost, or found in two places? (6.18 says EEXIST of a page that it moved at the second try.)
title "UFFDIO_MOVE against migration"
window 40p
set thp = never

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
mmap(@20, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {api=UFFD_API, features=0})
UFFDIO_REGISTER(u, {start=@20, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
race {
	mover in P { UFFDIO_MOVE(u, {dst=@20, src=@4, len=1p, mode=0}) = 0 or -EEXIST }
	kcompactd { migrate(P:@4, 1p) = 0 or -EAGAIN or -EBUSY or -ENOENT }
}
expect content(@20) == 7, rmap(@20) == {P:@20}, folio(@20).exclusive, pte(@4).none
never  pte(@20).migration
