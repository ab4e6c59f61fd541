# MADV_FREE of a few pages of a huge page: is it split?
#
# Yes, the folio itself: those pages alone may be dropped now. And where the folio held
# nothing but zeroes, the small zero page takes the place of the new pages: 512 pages of rss
# become the few that were ever written.
title "MADV_FREE splits a huge page"

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 2M, MADV_HUGEPAGE)
store(x)
store(x + 2p)
store(x + 500p)
expect folio(x).order == 9, mm(P).rss_anon == 512
madvise(x, 4p, MADV_FREE)
expect folio(x).order == 0, folio(x + 2p).order == 0, folio(x + 500p).order == 0
expect folio(x).exclusive, folio(x + 500p).exclusive, folio(x) != folio(x + 2p)
expect pte(x + 1p).zero, pte(x + 499p).zero, mm(P).rss_anon == 3
expect pte(x).write, pte(x).dirty == 0, pte(x + 500p).dirty
expect folio(x + 500p).index == folio(x).index + 500

note "all of another one: nothing is split, the entry is clean, the folio may go"
y = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(y, 2M, MADV_HUGEPAGE)
store(y)
madvise(y, 2M, MADV_FREE)
expect pte(y).huge, pte(y).write, pte(y).dirty == 0, folio(y).order == 9
