# Pages of a huge page are like others. What does KSM do with the huge page?
#
# It splits it as soon as one of its pages is to be merged, and not before: the leaf first, then the folio. The
# rest are pages of their own from then on; of those that hold zeroes the shared zero page takes the place.
# Kernel: mm/ksm.c try_to_merge_one_page(); mm/huge_memory.c split_huge_page()

title "KSM splits huge pages"
window 2048p

mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 1p, MADV_MERGEABLE)
store(@1, 1p, 5)
mmap(@512, 512p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @512
madvise(@512, 512p, MADV_HUGEPAGE)
madvise(@512, 512p, MADV_MERGEABLE)
store(@512, 2p, 6)
store(@513, 1p, 7)
expect pte(@512).huge, folio(@512).order == 9
step "zeroes of one folio hold each other back, and are split"
ksmd: full_scan()
expect pte(@512).huge
ksmd: full_scan()
expect folio(@512).order == 0, pte(@514).zero, pte(@1023).zero, mm(P).rss_anon == 3
step "now the pages are like all others"
store(@513, 1p, 5)
ksmd: full_scan()
ksmd: full_scan()
expect folio(@513) == folio(@1), folio(@1).mapcount == 2, !folio(@512).ksm
