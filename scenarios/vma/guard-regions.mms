# A guard page by mprotect(PROT_NONE) costs two VMAs; MADV_GUARD_INSTALL costs none.
# Kernel: mm/madvise.c madvise_guard_install()

title "MADV_GUARD_INSTALL"
window 40p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mprotect(@4, 1p, PROT_NONE)
expect vmas(@1..@9) == 3

mmap(@20, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
store(@23) 
madvise(@23, 1p, MADV_GUARD_INSTALL)
expect vmas(@20..@28) == 1, pte(@23).guard
store(@24)

step "the markers survive MADV_DONTNEED, not MADV_GUARD_REMOVE"
madvise(@20, 8p, MADV_DONTNEED)
expect pte(@23).guard, pte(@24).none
madvise(@20, 8p, MADV_GUARD_REMOVE)
load(@23) = 0
