# Two areas have become mergeable, because their anon_vmas do not part them any more.  Does a call
# that changes nothing merge them?
#
# No: the kernel returns before it thinks of merging.  Change away and back, and they merge.
# Kernel: mm/mprotect.c mprotect_fixup(), mm/madvise.c madvise_update_vma()

title "A call without a change does not merge"
window 20p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mlock(@5, 4p)
munlock(@1, 4p)
expect vmas(@1..@9) == 2

step "split by a failed call: two areas with equal attributes"
munlock(@5, 4p)
expect vmas(@1..@9) == 1
