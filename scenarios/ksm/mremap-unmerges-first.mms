# Merged memory is moved. Are the pages still merged at the new place?
#
# No: a page of KSM is found by the addresses at which it was mapped, so mremap() gives the owner pages of
# his own first, and moves those. The area stays mergeable.
# Kernel: mm/mremap.c prep_move_vma()

title "mremap() unmerges what it moves"
window 24p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 4p, MADV_MERGEABLE)
store(@1, 2p, 81)
ksmd: merge(P:@1, P:@2) = 0
store(@3, 1p, 81)
ksmd: merge(P:@2, P:@3) = 0
store(@4, 1p, 81)
ksmd: merge(P:@3, P:@4) = 0
let merged = folio(@1)
expect merged == folio(@4), folio(@1).mapcount == 4
step "only the part that moves"
mremap(@3, 2p, 2p, MREMAP_MAYMOVE|MREMAP_FIXED, @11) = @11
expect folio(@11) != merged, folio(@11).ksm == 0, folio(@11).exclusive, pte(@11).write == 0
expect folio(@11) != folio(@12), content(@11) == 81, content(@12) == 81
expect folio(@1) == merged, folio(@1).mapcount == 2
step "and it can be merged again where it is now"
store(@12, 1p, 5)
ksmd: merge(P:@1, P:@11) = 0
expect folio(@11) == merged, rmap(@1) == {P:@1, P:@2, P:@11}
