# MADV_WIPEONFORK memory is there in the child and empty; its area is as good as new.
# Kernel: kernel/fork.c dup_mmap()

title "MADV_WIPEONFORK"
window 40p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 4p, 5)
madvise(@1, 4p, MADV_WIPEONFORK)
Q = fork()
expect vma(Q:@1).anon_vma == 0
Q: load(@1) = 0
load(@1) = 5
Q: mmap(@5, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
Q: madvise(@5, 2p, MADV_WIPEONFORK)
expect vma(Q:@1) == vma(Q:@6)
