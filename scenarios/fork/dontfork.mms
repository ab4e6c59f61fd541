# MADV_DONTFORK memory is not there in the child.
# Kernel: kernel/fork.c dup_mmap()

title "MADV_DONTFORK"
window 40p

mmap(@1, 6p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@3, 2p, MADV_DONTFORK)
Q = fork()
expect vmas(@1..@7) == 3, vmas(Q:@1..Q:@7) == 2
Q: load(@3) = SIGSEGV
