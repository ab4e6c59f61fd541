# mremap() has to unmerge first, and there is no memory for the copies. What is left?
#
# Everything is as it was: the call fails before anything moves.
# Kernel: mm/mremap.c prep_move_vma(), mm/ksm.c unmerge_ksm_pages()

title "mremap() of merged pages without memory"
window 24p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 2p, MADV_MERGEABLE)
store(@1, 2p, 81)
ksmd: merge(P:@1, P:@2) = 0
let merged = folio(@1)
munmap(@15, 2p)
mremap(@1, 2p, 2p, MREMAP_MAYMOVE|MREMAP_FIXED, @15) fail_nth 1 = -ENOMEM
expect folio(@1) == merged, folio(@2) == merged
mremap(@1, 2p, 2p, MREMAP_MAYMOVE|MREMAP_FIXED, @15) fail_nth 2 = -ENOMEM
expect folio(@1) != merged, folio(@1).exclusive, folio(@2) == merged
