# Parent and child write to an inherited page, one after the other.  Where does each page belong,
# and where does an rmap walk find it?
#
# The copy belongs to the writer's own anon_vma.  The page that was there stays with the parent's,
# from where a walk reaches parent and child.
# Kernel: mm/memory.c wp_page_copy(), mm/rmap.c rmap_walk_anon()

title "Which anon_vma a page belongs to"
window 20p

mmap(@1, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 3p, 4)
Q = fork()
step "the child copies"
Q: store(@1)
expect folio(Q:@1).anon_vma == anon_vma(Q:@1), folio(@1).anon_vma == anon_vma(@1)
expect rmap(Q:@1) == {Q:@1}, rmap(@1) == {P:@1}
step "the parent copies: its old page is the child's now, in the parent's anon_vma"
store(@2)
expect folio(Q:@2).anon_vma == anon_vma(@2), folio(@2) != folio(Q:@2)
expect rmap(Q:@2) == {Q:@2}, folio(Q:@2).mapcount == 1
step "nobody does"
expect rmap(@3) == {P:@3, Q:@3}
step "the parent forgets the area: its anon_vma stays, for the child's pages"
munmap(@1, 3p)
expect rmap(Q:@3) == {Q:@3}, folio(Q:@3).anon_vma == anon_vma(Q:@1).root
expect anon_vma(Q:@1).root.active == 0
