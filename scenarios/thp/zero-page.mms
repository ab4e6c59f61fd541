# What does a read of untouched memory map where huge pages are allowed?
#
# The huge zero page: one PMD entry, read-only, that counts nowhere - not in rss, not in any
# mapcount. Unlike the small zero page it comes with an anon_vma. A store replaces it by a
# huge page of one's own; unmapping a part of it leaves 512 small zero pages.
title "The huge zero page"

x = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 4M, MADV_HUGEPAGE)
load(x) = 0
load(x + 2M) = 0
expect pte(x).huge, pte(x).zero, pte(x).write == 0, mm(P).rss_anon == 0
expect vma(x).anon_vma != none
store(x + 3p)
expect pte(x).huge, pte(x).zero == 0, folio(x).order == 9, mm(P).rss_anon == 512
munmap(x + 3M, 1p)
expect pte(x + 2M).zero, pte(x + 2M).huge == 0, pte(x + 2M + 511p).zero
store(x + 2M)
expect folio(x + 2M).order == 0, pte(x + 2M + 1p).zero
