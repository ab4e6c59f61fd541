# Memory that was written to keeps its page offset when it moves.  Pages that are touched
# afterwards get shifted indexes too.
# Kernel: mm/vma.c copy_vma(), include/linux/pagemap.h linear_page_index()

title "mremap keeps the offset of faulted memory"
window 60p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1)
mremap(@1, 4p, 4p, MAYMOVE|FIXED, @20) = @20
expect vma(@20).pgoff == @1/PAGE
expect folio(@20).index == @1/PAGE
store(@23)
expect folio(@23).index == @4/PAGE
expect rmap(@20) == {P:@20}, rmap(@23) == {P:@23}

step "so it does not merge with a neighbour at its new place"
mmap(@24, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @24
expect mergeable(@23, @24) == pgoff
