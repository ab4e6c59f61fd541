# In a child, new memory gets the permissions of the inherited area beside it.
#
# It does not join it, whatever side it is on.
# Kernel: mm/vma.c is_mergeable_anon_vma(), vma_is_fork_child()

title "mprotect of new memory beside inherited memory"
window 40p

mmap(@5, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
store(@5, 4p)
Q = fork()
Q: mmap(@9, 4p, RW|EXEC, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @9
Q: mmap(@1, 4p, RW|EXEC, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
Q: mprotect(@9, 4p, RW)
Q: mprotect(@1, 4p, RW)
expect vmas(Q:@1..Q:@13) == 3
