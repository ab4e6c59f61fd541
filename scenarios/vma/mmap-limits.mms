# Which limits does mmap() look at, and is memory that MAP_FIXED replaces counted twice?
#
# RLIMIT_AS and RLIMIT_DATA count what will be there afterwards.  RLIMIT_MEMLOCK does not: what will
# be replaced counts too.
# Kernel: mm/mmap.c may_expand_vm(), mlock_future_ok(); mm/vma.c __mmap_prepare()

title "mmap: limits"
set cap = off
set rlimit.memlock = 4p
window 60p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1

step "locked memory"
mmap(@20, 5p, RW, PRIVATE|ANONYMOUS|FIXED|LOCKED, -1, 0) = -EAGAIN
mmap(@20, 4p, RW, PRIVATE|ANONYMOUS|FIXED|LOCKED, -1, 0) = @20
mmap(@20, 1p, RW, PRIVATE|ANONYMOUS|FIXED|LOCKED, -1, 0) = -EAGAIN
munlock(@20, 4p)
setrlimit(RLIMIT_MEMLOCK, {rlim_cur=0, rlim_max=4p})
mmap(@20, 1p, RW, PRIVATE|ANONYMOUS|FIXED|LOCKED, -1, 0) = -EPERM

step "writable memory"
setrlimit(RLIMIT_DATA, {rlim_cur=1p, rlim_max=RLIM_INFINITY})
mmap(NULL, 1p, RW, PRIVATE|ANONYMOUS, -1, 0) = -ENOMEM
a = mmap(NULL, 1p, PROT_READ, PRIVATE|ANONYMOUS, -1, 0)
mprotect(a, 1p, RW) = -ENOMEM
b = mmap(NULL, 1p, RW, SHARED|ANONYMOUS, -1, 0)
setrlimit(RLIMIT_DATA, {rlim_cur=RLIM_INFINITY, rlim_max=RLIM_INFINITY})

step "address space"
setrlimit(RLIMIT_AS, {rlim_cur=mm(P).total_vm*PAGE, rlim_max=RLIM_INFINITY})
mmap(NULL, 1p, PROT_NONE, PRIVATE|ANONYMOUS, -1, 0) = -ENOMEM
note "what replaces as much as it maps is no growth"
mmap(@1, 8p, PROT_NONE, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
note "nothing is allowed while there is more than the limit"
setrlimit(RLIMIT_AS, {rlim_cur=1p, rlim_max=RLIM_INFINITY})
mmap(@1, 8p, PROT_NONE, PRIVATE|ANONYMOUS|FIXED, -1, 0) = -ENOMEM
