# Locked memory grows: the new pages are there at once.  It moves: they are locked at the new place.
# Kernel: mm/mremap.c expand_vma(), notify_uffd()

title "mremap of locked memory"
window 60p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mlock(@1, 2p)
munmap(@3, 4p)
mremap(@1, 2p, 4p, 0, 0) = @1
expect pte(@4).present, mm(P).locked_vm == 4
mremap(@1, 4p, 6p, MAYMOVE|FIXED, @20) = @20
expect pte(@25).present, mm(P).locked_vm == 6, vma(@20).flags.lo
expect vmas(@1..@5) == 0
