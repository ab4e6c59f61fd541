# An area is split, its process forks, the child forks: what do the numbers of the anon_vmas say?
#
# How many areas use it as their own, and how many anon_vmas have it as their parent; the root
# counts itself.
# Kernel: mm/rmap.c anon_vma_fork(), anon_vma_clone()

title "anon_vma counters of a family"
window 20p

mmap(@1, 6p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 6p)
mprotect(@3, 2p, PROT_READ)
expect anon_vma(@1).active == 3, anon_vma(@1).children == 1

Q = fork()
note "each of the three areas of the child has got one of its own"
expect anon_vma(@1).children == 4, anon_vma(@1).refcount == 4, anon_vma(@1).active == 3
expect anon_vma(Q:@1) != anon_vma(Q:@3), anon_vma(Q:@3) != anon_vma(Q:@5)

step "so that in the child the three never become one again"
mprotect(@3, 2p, RW)
Q: mprotect(@3, 2p, RW)
expect vmas(@1..@7) == 1, vmas(Q:@1..Q:@7) == 3
expect mergeable(Q:@2, Q:@3) == anon_vma
