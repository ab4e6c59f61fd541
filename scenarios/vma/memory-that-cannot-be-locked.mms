# mlock() of memory that cannot be locked: an error?
#
# No; it succeeds and locks nothing.
# Kernel: mm/mlock.c mlock_fixup()

title "Locking what cannot be locked"
window 40p

mmap(@1, 2p, RW, MAP_DROPPABLE|ANONYMOUS|FIXED, -1, 0) = @1
mlock(@1, 2p) = 0
expect vma(@1).flags.lo == 0, mm(P).locked_vm == 0
note "and with MCL_FUTURE it stays unlocked"
mlockall(MCL_FUTURE)
mmap(@10, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @10
mmap(@20, 2p, RW, MAP_DROPPABLE|ANONYMOUS|FIXED, -1, 0) = @20
expect mm(P).locked_vm == 2
