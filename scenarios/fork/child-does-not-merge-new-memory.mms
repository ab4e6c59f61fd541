# After fork the child writes every page of what it inherited, so that no page is shared any
# more.  Does new memory behind it merge with it?
#
# No.  The child's VMA still links to its parent's anon_vma besides its own, and the kernel does
# not spread such a chain over more memory.  The parent merges in the same place.
# Kernel: tools/testing/selftests/mm/merge.c forked_target_vma; mm/vma.c vma_is_fork_child()

title "What fork left in the child stays apart from new memory"
window 30p

mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1)
Q = fork()

step "In the child: copy every page, then map behind it"
Q: store(@1..@6)
Q: mmap(@6, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @6
expect vma(Q:@1).start == @1, vma(Q:@1).end == @6
expect mergeable(Q:@5, Q:@6) == forked

step "In the parent the same call merges"
mmap(@6, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @6
expect vma(@1).start == @1, vma(@1).end == @11
