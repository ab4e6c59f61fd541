# Which calls that fail leave areas in pieces?  Does anybody put them together again?
#
# munmap(), MAP_FIXED, mremap() and mprotect() do; and nobody does, until a call changes them.
# Kernel: mm/vma.c vms_gather_munmap_vmas(), vma_modify()

title "Splits left behind by failed calls"
window 60p

step "munmap"
mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@5, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
mprotect(@5, 4p, PROT_READ)
mseal(@5, 4p, 0)
munmap(@3, 4p) = -EPERM
expect vmas(@1..@5) == 2

step "mremap onto it"
mmap(@20, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
mremap(@20, 3p, 3p, MAYMOVE|FIXED, @4) = -EPERM
expect vmas(@1..@5) == 3

step "they would merge, but a call that changes nothing does not try"
expect mergeable(@2, @3) == 1, mergeable(@3, @4) == 1
mprotect(@1, 4p, RW)
munlock(@1, 4p)
expect vmas(@1..@5) == 3
mprotect(@1, 4p, PROT_NONE)
expect vmas(@1..@5) == 1
expect quirk(failed_call_leaves_splits) == 2
