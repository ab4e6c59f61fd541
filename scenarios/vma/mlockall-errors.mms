# Which error does mlockall() give?
# Kernel: mm/mlock.c mlockall()

title "mlockall: errors"
set cap = off
set rlimit.memlock = 8p
window 8p

mlockall(0) = -EINVAL
mlockall(8) = -EINVAL
mlockall(MCL_ONFAULT) = -EINVAL
mlockall(MCL_FUTURE) = 0

step "from now on every mapping counts"
a = mmap(NULL, 4p, RW, PRIVATE|ANONYMOUS, -1, 0)
expect mm(P).locked_vm == 4, pte(a).present
mmap(NULL, 5p, RW, PRIVATE|ANONYMOUS, -1, 0) = -EAGAIN
munlockall() = 0
expect mm(P).locked_vm == 0
b = mmap(NULL, 5p, RW, PRIVATE|ANONYMOUS, -1, 0)
expect mm(P).locked_vm == 0

step "all there is: more than the limit"
mlockall(MCL_CURRENT) = -ENOMEM
setrlimit(RLIMIT_MEMLOCK, {rlim_cur=0, rlim_max=8p})
mlockall(MCL_FUTURE) = -EPERM
munlockall() = 0
