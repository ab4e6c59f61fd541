# The parent has exited and the child has written every page: nobody shares anything with it.  Does
# it merge now?
#
# No: its area still links to the parent's anon_vma, and goes on doing so as long as it exists.
# Kernel: mm/vma.c vma_is_fork_child()

title "An orphan's area is still inherited"
window 30p

mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 5p)
Q = fork()
exit(0)
Q: store(@1, 5p)
expect folio(Q:@1).mapcount == 1, folio(Q:@1).exclusive
Q: mmap(@6, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @6
expect vma(Q:@1).end == @6, vma(Q:@6).start == @6
expect mergeable(Q:@5, Q:@6) == forked
