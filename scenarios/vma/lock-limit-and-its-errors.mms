# The limit of locked memory is exceeded.  Is it the same error everywhere?
#
# No: mlock() gives ENOMEM, MAP_LOCKED gives EAGAIN, and without any right to lock memory it is
# EPERM, for mlock() even of nothing.  A length which wraps to 0 succeeds.
# Kernel: mm/mlock.c do_mlock(), mm/mmap.c do_mmap()

title "Errors of the lock limit"
set cap = off
set rlimit.memlock = 4p
window 40p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mlock(@1, 5p) = -ENOMEM
mmap(@20, 5p, RW, PRIVATE|ANONYMOUS|FIXED|LOCKED, -1, 0) = -EAGAIN
mlock(@1, ~0) = 0
expect mm(P).locked_vm == 0

setrlimit(RLIMIT_MEMLOCK, {rlim_cur=0, rlim_max=4p})
mlock(@1, 1p) = -EPERM
mlock(@1, 0) = -EPERM
mmap(@20, 1p, RW, PRIVATE|ANONYMOUS|FIXED|LOCKED, -1, 0) = -EPERM
munlock(@1, 1p) = 0
expect quirk(mlock_errors_differ) > 0
