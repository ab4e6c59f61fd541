# Which error does mlock give, and what has it done until then?
# Kernel: mm/mlock.c do_mlock(), apply_vma_lock_flags()

title "mlock: errors"
set cap = off
set rlimit.memlock = 4p
window 40p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mlock2(@1, 1p, 2) = -EINVAL
mlock(@1, 5p) = -ENOMEM
mmap(@10, 8p, RW, PRIVATE|ANONYMOUS|FIXED|LOCKED, -1, 0) = -EAGAIN
mlock(@1, 4p)
note "what is locked already is not counted twice"
mlock(@1, 4p)
mlock(@1, ~0) = 0
munlock(@1, 4p)

step "a hole: what lies before it stays locked"
munmap(@4, 1p)
mlock(@3, 3p) = -ENOMEM
expect mm(P).locked_vm == 1
