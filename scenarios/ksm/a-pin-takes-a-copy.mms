# A device pins a merged page only to read it. What does it get?
#
# A copy: what is pinned has to stay the page of the process, and a page of KSM is nobody's. It is installed
# read-only and clean, by the unshare fault.
# Kernel: mm/gup.c gup_must_unshare(), mm/memory.c do_wp_page()

title "A pin of a merged page takes a copy"
window 16p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 2p, MADV_MERGEABLE)
store(@1, 2p, 77)
ksmd: merge(P:@1, P:@2) = 0
gup_fast(@1, 1p, FOLL_PIN) = 0
pin(@1, 1p, FOLL_LONGTERM)
expect folio(@1) != folio(@2), folio(@1).ksm == 0, folio(@1).exclusive, folio(@1).pinned
expect pte(@1).write == 0, pte(@1).dirty == 0, folio(@2).ksm
note "a plain reference is content with the merged page, and a later store leaves the device behind"
pin(@2, 1p, FOLL_GET)
expect folio(@2).ksm
store(@2, 1p, 78)
expect device(@2) == 77, content(@2) == 78
