# A device holds a page, or a pipe does. Can ksmd merge it?
#
# No: with the entry cleared ksmd counts the references, and one that is not known might be used to
# write. Once it is gone the page can be merged.
# Kernel: mm/ksm.c write_protect_page(), include/linux/rmap.h folio_try_share_anon_rmap_pte()

title "References keep a page out of KSM"
window 16p

mmap(@1, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 3p, MADV_MERGEABLE)
store(@1, 2p, 77)
step "pinned"
pin(@1, 1p)
ksmd: merge(P:@1, P:@2) = -EFAULT
expect folio(@1).exclusive, pte(@1).write, pte(@1).dirty
note "the other one was a page of KSM for a moment, and was given back"
expect folio(@2).ksm == 0, folio(@2).exclusive, pte(@2).write == 0
unpin(@1, 1p)
step "in a pipe"
pin(@2, 1p, FOLL_GET)
ksmd: merge(P:@1, P:@2) = -EFAULT
unpin(@2, 1p)
step "free"
ksmd: merge(P:@1, P:@2) = 0
expect folio(@1) == folio(@2), folio(@1).ksm
