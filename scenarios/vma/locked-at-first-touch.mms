# MLOCK_ONFAULT and MCL_ONFAULT lock memory at the first touch: what is counted, what is there?
#
# All of it is counted, only what is touched is there.
# Kernel: mm/mlock.c mlock_fixup(), apply_mlockall_flags()

title "Locked at the first touch"
window 40p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mlock2(@1, 8p, MLOCK_ONFAULT)
expect mm(P).locked_vm == 8, pte(@1).none
store(@1)
expect pte(@1).present, pte(@2).none, folio(@1).mlocked
note "locked in earnest: the rest is filled"
mlock(@1, 8p)
expect pte(@8).present, mm(P).locked_vm == 8
munlock(@1, 8p)

step "and the future"
mlockall(MCL_FUTURE|MCL_ONFAULT)
mmap(@20, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
expect mm(P).locked_vm == 4, pte(@20).none
munlockall()
expect mm(P).locked_vm == 0
