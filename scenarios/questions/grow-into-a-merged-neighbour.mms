# Two mappings were made side by side and have become one area.  May mremap() of the first one grow
# into the second?
#
# No: the range would have to end where the area ends.  With MREMAP_MAYMOVE the first mapping moves
# away and the second stays.  Both together are one range to mremap(), as if they had been mapped
# by one call.
# Kernel: mm/mremap.c vma_expandable()

title "mremap and a merged neighbour"
window 100p

step "without MREMAP_MAYMOVE"
mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@3, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @3
store(@1, 2p, 1)
store(@3, 2p, 2)
munmap(@5, 4p)
mremap(@1, 2p, 4p, 0, 0) = -ENOMEM

step "the second one may grow: it ends where the area ends"
mremap(@3, 2p, 3p, 0, 0) = @3
expect vma(@1).end == @6

step "both together may, too"
mremap(@1, 5p, 6p, 0, 0) = @1
expect vma(@1).end == @7

step "the first one moves, the second stays"
a = mremap(@1, 2p, 4p, MAYMOVE, 0)
load(a, 2p) = 1
load(a + 2p, 2p) = 0
load(@3, 2p) = 2
expect vma(@3).start == @3
