# The numbers of an anon_vma: alone, after a fork, after the child has gone.
# Kernel: mm/rmap.c anon_vma_fork(), unlink_anon_vmas()

title "anon_vma counters over a fork"
window 20p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1)
expect anon_vma(@1).refcount == 1, anon_vma(@1).children == 1, anon_vma(@1).active == 1

Q = fork()
expect anon_vma(@1).refcount == 2, anon_vma(@1).children == 2, anon_vma(@1).active == 1
expect anon_vma(Q:@1).refcount == 1, anon_vma(Q:@1).children == 0, anon_vma(Q:@1).active == 1
expect anon_vma(Q:@1).parent == anon_vma(@1)

Q: exit(0)
expect anon_vma(@1).refcount == 1, anon_vma(@1).children == 1, anon_vma(@1).active == 1
