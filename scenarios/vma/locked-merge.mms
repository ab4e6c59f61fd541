# mlock() of a part splits, munlock() heals.
# Kernel: mm/mlock.c mlock_fixup()

title "mlock and munlock"
window 20p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mlock(@3, 2p)
expect vmas(@1..@9) == 3, mm(P).locked_vm == 2
expect pte(@3).present, pte(@4).present, pte(@5).none
munlock(@1, 8p)
expect vmas(@1..@9) == 1, mm(P).locked_vm == 0
