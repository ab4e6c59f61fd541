# Orders below 2 MiB are enabled and any number of pages may be missing: does a folio grow with each pass?
#
# No: a page becomes one of the largest order that is enabled, at once, and stays that.
title "khugepaged fills up to the largest order"
set collapse = mthp
set thp = never
set thp.16K = madvise
set thp.64K = madvise
window 4M

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_NOHUGEPAGE)
store(@5, 1p, 7)
store(@100, 1p, 8)
madvise(@0, 2M, MADV_HUGEPAGE)
khugepaged: scan(P) = 1
expect folio(@0).order == 4, content(@5) == 7, content(@0) == 0, pte(@16).none
expect folio(@96).order == 4, content(@100) == 8
expect mm(P).rss_anon == 32
let f = folio(@5)
khugepaged: scan(P) = 0
expect folio(@5) == f, mm(P).rss_anon == 32
