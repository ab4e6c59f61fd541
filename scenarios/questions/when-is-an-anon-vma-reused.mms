# Do anon_vmas pile up with repeated fork, and when is one reused?
#
# They do as long as all generations live: each has one.  Where a generation has gone and left one
# child, its grandchild takes its anon_vma over, so that the chain has a bound.
# Kernel: mm/rmap.c anon_vma_fork(), anon_vma_clone()

title "anon_vmas over generations"
window 40p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 2p)

step "all live: one more for each"
A = fork()
A: B = fork()
B: C = fork()
C: D = fork()
expect anon_vma(@1).refcount == 5
expect anon_vma(D:@1).parent == anon_vma(C:@1), anon_vma(C:@1).parent == anon_vma(B:@1)

step "two in the middle have gone: the next two children take theirs over"
let a = anon_vma(A:@1)
let b = anon_vma(B:@1)
A: exit(0)
B: exit(0)
expect anon_vma(@1).refcount == 5
D: E = fork()
expect anon_vma(E:@1) == a
E: F = fork()
expect anon_vma(F:@1) == b
expect anon_vma(@1).refcount == 5

step "and the next one makes a new one"
F: G = fork()
expect anon_vma(G:@1) != a, anon_vma(G:@1) != b, anon_vma(@1).refcount == 6
