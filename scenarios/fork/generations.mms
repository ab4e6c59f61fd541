# A server that forks and whose parent exits, generation after generation: do anon_vmas pile up?
#
# The chain stays short: each child takes over the anon_vma of an ancestor that has gone.  Before
# anon_vmas were reused the chain grew by one in every generation.
# Kernel: mm/rmap.c anon_vma_clone()

title "Generations of forks do not pile up anon_vmas"
window 20p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1)
A = fork()
exit(0)
A: store(@1)
A: B = fork()
A: exit(0)
B: store(@1)
B: C = fork()
B: exit(0)
C: store(@1)
C: D = fork()
C: exit(0)
D: store(@1)
D: E = fork()
D: exit(0)

expect anon_vma(E:@1).root.refcount <= 3
