# mlock() is not inherited, and neither is mlockall(MCL_FUTURE).
# Kernel: kernel/fork.c dup_mmap()

title "Locks are not inherited"
window 40p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mlock(@1, 4p)
mlockall(MCL_FUTURE)
Q = fork()
expect mm(Q).locked_vm == 0, mm(P).locked_vm == 4
Q: mmap(@10, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @10
expect mm(Q).locked_vm == 0
