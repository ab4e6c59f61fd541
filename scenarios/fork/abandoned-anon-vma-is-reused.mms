# A -> B -> C by fork; B unmaps the area; C forks D.  Does D need an anon_vma of its own?
#
# No: it takes over B's, which nobody uses and which has only one child.
# Kernel: mm/rmap.c anon_vma_clone()

title "A descendant takes over an abandoned anon_vma"
window 20p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1)
B = fork()
B: C = fork()
let b = anon_vma(B:@1)
B: munmap(@1, 4p)
C: D = fork()
expect vma(D:@1).anon_vma == b
expect anon_vma(D:@1).active == 1
