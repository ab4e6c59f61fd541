# Who stores to a merged page gets a copy. And the last one who has it?
#
# He, too: a page that fork has shared is taken over by its last owner, a page of KSM never.
# Kernel: mm/memory.c do_wp_page(), wp_can_reuse_anon_folio()

title "A store to a merged page always copies"
window 16p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 2p, MADV_MERGEABLE)
store(@1, 2p, 72)
ksmd: merge(P:@1, P:@2) = 0
let merged = folio(@1)
store(@1, 1p, 73)
expect folio(@1) != merged, folio(@1).ksm == 0, folio(@1).exclusive, pte(@1).write, pte(@1).dirty
note "now one is left, and the page is still one of KSM"
expect folio(@2) == merged, folio(@2).ksm, folio(@2).mapcount == 1, folio(@2).refcount == 1
store(@2, 1p, 74)
expect folio(@2) != merged, folio(@2).ksm == 0, folio(@2).exclusive
load(@1) = 73
load(@2) = 74
