# Two pages of one huge page are alike, and no others. Are they merged?
#
# Not at once. ksmd holds both, which is one reference too many for a split; so it splits the huge page
# afterwards, and merges them the next time it comes by.
# Kernel: mm/ksm.c cmp_and_merge_page()

title "Two pages of one huge page"
window 2048p

mmap(@512, 512p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @512
madvise(@512, 512p, MADV_HUGEPAGE)
store(@512, 512p, 5)
madvise(@514, 2p, MADV_MERGEABLE)
expect !pte(@512).huge, folio(@512).order == 9, folio(@514) == folio(@1023)
ksmd: full_scan()
ksmd: full_scan()
expect folio(@514).order == 0, folio(@514) != folio(@515), !folio(@514).ksm
expect mm(P).rss_anon == 512
ksmd: full_scan()
expect folio(@514).ksm, folio(@514) == folio(@515), mm(P).rss_anon == 512
step "in one go"
mmap(@1024, 512p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1024
madvise(@1024, 512p, MADV_HUGEPAGE)
store(@1024, 512p, 6)
expect pte(@1024).huge
madvise(@1030, 2p, MADV_MERGEABLE)
ksmd: merge(P:@1030, P:@1031) = 0
expect folio(@1030) == folio(@1031), folio(@1024).order == 0
