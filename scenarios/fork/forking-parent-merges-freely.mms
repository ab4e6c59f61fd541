# A process forks while its child and grandchild live on.  May the parent's area still merge with
# new memory, by mmap() and by mprotect()?
#
# Yes: its chain holds its own anon_vma and nothing else.  Only those who inherited are restricted.
# Kernel: mm/vma.c vma_is_fork_child()

title "A forking parent merges as if it had never forked"
window 60p

mmap(@10, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @10
store(@10, 4p)
Q = fork()
Q: R = fork()

mmap(@14, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @14
mmap(@6, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @6
expect vma(@6).start == @6, vma(@6).end == @18

step "mprotect over the seam"
mmap(@18, 4p, RW|EXEC, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @18
mprotect(@18, 4p, RW)
expect vma(@6).end == @22
expect vma(Q:@10).start == @10, vma(Q:@10).end == @14
expect vma(R:@10).start == @10, vma(R:@10).end == @14
