# New memory is mapped with MAP_LOCKED beside memory that is not locked, and beside memory that was
# locked by mlock().
# Kernel: mm/vma.c is_mergeable_vma()

title "MAP_LOCKED and mlock() make the same flag"
window 30p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@5, 4p, RW, PRIVATE|ANONYMOUS|FIXED|LOCKED, -1, 0) = @5
expect mergeable(@4, @5) == flags, mm(P).locked_vm == 4
expect pte(@8).present, pte(@1).none
mlock(@1, 4p)
expect vmas(@1..@9) == 1, mm(P).locked_vm == 8

step "locked at the first touch is another flag again"
mlock2(@5, 4p, MLOCK_ONFAULT)
expect mergeable(@4, @5) == flags, mm(P).locked_vm == 8
