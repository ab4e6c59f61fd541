# Memory may not be overcommitted, and the process has charged more than half of it.  May it fork?
#
# No, although the child might never write a page.
# Kernel: kernel/fork.c dup_mmap(), mm/util.c __vm_enough_memory()

title "fork fails for want of commit"
set ram = 64M
set overcommit_memory = 2
set overcommit_ratio = 50

a = mmap(NULL, 20M, RW, PRIVATE|ANONYMOUS, -1, 0)
fork() = -ENOMEM
madvise(a, 20M, MADV_DONTFORK)
Q = fork()
expect mm(Q).total_vm == mm(P).total_vm - 5120
