# Which error does mlock give, and what has it done until then?
# Kernel: mm/mlock.c do_mlock(), apply_vma_lock_flags()

title "mlock: errors"
set cap = off
set rlimit.memlock = 4p
window 40p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mlock2(@1, 1p, 2) = -EINVAL
mlock(@1, 5p) = -ENOMEM
mlock(@1, 4p)
note "what is locked already is not counted twice"
mlock(@1, 4p)
mlock(@1, -2p) = -ENOMEM
munlock(@1, 4p)
note "the address is rounded down, the length up"
mlock(@1 + 1, 1) = 0
expect mm(P).locked_vm == 1
munlock(@1 + 1, 1) = 0

step "a hole: what lies before it stays locked, without its pages"
munmap(@6, 1p)
mlock(@5, 3p) = -ENOMEM
expect mm(P).locked_vm == 1, pte(@5).none
munlock(@5, 3p) = -ENOMEM
expect mm(P).locked_vm == 0

step "memory that cannot be filled is locked all the same"
mprotect(@7, 1p, PROT_NONE)
mlock(@7, 1p) = -ENOMEM
expect vma(@7).flags.lo
madvise(@8, 1p, MADV_GUARD_INSTALL)
mlock(@8, 1p) = -ENOMEM
f = memfd_create("m", 0)
mmap(@20, 1p, RW, SHARED|FIXED, f, 0) = @20
mlock(@20, 1p) = -ENOMEM
expect vma(@20).flags.lo, mm(P).locked_vm == 3
