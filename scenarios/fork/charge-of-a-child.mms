# A process with much private memory forks.  Is the child charged for it, before it writes anything?
#
# Yes, for all of it; only what is not inherited is not charged.
# Kernel: kernel/fork.c dup_mmap()

title "A child is charged at once"
window 200p

mmap(@1, 100p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@120, 10p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @120
madvise(@120, 10p, MADV_DONTFORK)
let before = sys().committed
Q = fork()
expect sys().committed >= before + 100, sys().committed < before + 110
expect mm(Q).total_vm == mm(P).total_vm - 10
