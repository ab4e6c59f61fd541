# What the child inherited untouched behaves like memory of its own.
# Kernel: mm/rmap.c anon_vma_fork()

title "Inherited but untouched memory merges in the child"
window 40p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
Q = fork()
Q: store(@1)
Q: mmap(@5, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
expect vma(Q:@1) == vma(Q:@8)
expect anon_vma(Q:@1).root == anon_vma(Q:@1)
