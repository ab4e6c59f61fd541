# fork copies the entry of a page that is being migrated. Who ends the migration walks the areas of the anon_vma; the
# child's was looked at when nothing had been copied yet. Does the parent's, which the copy is made of, come first?
# (A rule that was written down in 2011, when mremap() was found to break it.)
title "fork against the order of the rmap"
window 40p
set thp = never
bug fork-rmap-order

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	forker in P { Q = fork() }
	kcompactd { migrate(P:@4, 1p) = 0 or -EAGAIN or -EBUSY or -ENOENT }
}
must violate migration-entries
expect content(@4) == 7, content(Q:@4) == 7, folio(@4) == folio(Q:@4)
never  pte(Q:@4).migration
