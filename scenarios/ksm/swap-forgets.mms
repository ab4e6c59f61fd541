# A merged page goes to swap and comes back. Is it still one of KSM?
#
# No. What is in swap is a plain word, not exclusive; of a page that only one process has comes back a page
# like any other, and it is exclusive again.
# Kernel: mm/rmap.c try_to_unmap_one(), mm/memory.c do_swap_page()

title "Swap forgets KSM"
window 16p
set swap = 16M
set swap.device = zram

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 2p, MADV_MERGEABLE)
store(@1, 2p, 85)
ksmd: merge(P:@1, P:@2) = 0
step "what others have as well MADV_PAGEOUT leaves alone"
madvise(@1, 1p, MADV_PAGEOUT)
expect pte(@1).present
step "with one owner it goes"
store(@2, 1p, 86)
expect folio(@1).ksm, folio(@1).mapcount == 1
madvise(@1, 1p, MADV_PAGEOUT)
expect pte(@1).swap, !swap(@1).exclusive
load(@1) = 85
expect folio(@1).ksm == 0, folio(@1).exclusive, folio(@1).swapcache == 0
step "and can be merged again"
store(@2, 1p, 85)
ksmd: merge(P:@1, P:@2) = 0
