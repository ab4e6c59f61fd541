# Memory full of zeroes: what does use_zero_pages make of it?
#
# Each such page becomes the zero page, without waiting for another one. Its entry is dirty: that is how
# KSM knows its own zero pages from those of read faults. They do not count in rss.
# Kernel: mm/ksm.c try_to_merge_with_zero_page(), replace_page(); include/linux/ksm.h is_ksm_zero_pte()

title "Pages of zeroes become the zero page"
window 16p
set ksm.use_zero_pages = 1

mmap(@1, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 3p, MADV_MERGEABLE)
store(@1, 2p, 0)
load(@3) = 0
expect mm(P).rss_anon == 2, pte(@1).zero == 0, pte(@3).zero
ksmd: merge(P:@1, P:@2) = 0
expect pte(@1).zero, pte(@1).dirty, pte(@1).write == 0, pte(@2).zero
expect pte(@3).dirty == 0, mm(P).rss_anon == 0
step "a store gets a page, as anywhere"
store(@1, 1p, 78)
expect folio(@1).exclusive, pte(@1).write, mm(P).rss_anon == 1
step "unmerging gives KSM's zero pages back, and no others"
madvise(@1, 3p, MADV_UNMERGEABLE)
expect pte(@2).zero == 0, pte(@2).write == 0, folio(@2).exclusive, pte(@3).zero
load(@2) = 0
