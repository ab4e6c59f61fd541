# New memory beside what came by fork does not borrow its anon_vma.
# Kernel: mm/vma.c anon_vma_compatible(), find_mergeable_anon_vma()

title "An inherited area lends no anon_vma"
window 40p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1)
Q = fork()
Q: store(@1)
Q: mmap(@5, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
Q: store(@5)
expect anon_vma(Q:@1).root == anon_vma(@1)
expect anon_vma(Q:@5).root == anon_vma(Q:@5)
