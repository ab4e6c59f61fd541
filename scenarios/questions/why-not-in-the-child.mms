# Why does the forked child not merge what its parent does, even after it has copied every page?
#
# Copying pages changes the pages.  The area's links stay: to the child's own anon_vma and to the
# parent's, and an area with two links spreads over nothing new.  What the child maps afresh has no
# such links.
# Kernel: mm/vma.c vma_is_fork_child(), is_mergeable_anon_vma()

title "The child does not merge what its parent merges"
window 40p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 4p)
Q = fork()
Q: store(@1, 4p)
expect folio(Q:@1) != folio(@1), folio(Q:@1).anon_vma == anon_vma(Q:@1)
expect anon_vma(Q:@1).root == anon_vma(@1), anon_vma(Q:@1).parent == anon_vma(@1)

mmap(@5, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
Q: mmap(@5, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
expect vmas(@1..@9) == 1
expect vmas(Q:@1..Q:@9) == 2, mergeable(Q:@4, Q:@5) == forked

step "the child gets rid of it by mapping afresh"
Q: munmap(@1, 4p)
Q: mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
Q: store(@1, 4p)
expect vmas(Q:@1..Q:@9) == 1, anon_vma(Q:@1).root == anon_vma(Q:@1)
