# MADV_COLLAPSE: what is put together, and what becomes of the old pages?
#
# Everything is copied into a new folio, even if the pages are those of one huge folio
# already: the frames change. Holes and zero pages become memory. The table of the small
# pages is kept with the leaf.
title "MADV_COLLAPSE"
set thp = madvise

x = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
store(x, 1, 1)
store(x + 100p, 1, 2)
load(x + 5p)
let f = folio(x)
let tables = mm(P).pgtables
expect mm(P).rss_anon == 2, folio(x).order == 0
madvise(x, 2M, MADV_COLLAPSE)
expect pte(x).huge, pte(x).write, pte(x).dirty, folio(x).order == 9, folio(x).exclusive
expect content(x) == 1, content(x + 100p) == 2, content(x + 5p) == 0
expect mm(P).rss_anon == 512, mm(P).pgtables == tables, folio(x).deferred

note "twice: it is one already"
let g = folio(x)
madvise(x, 2M, MADV_COLLAPSE)
expect folio(x) == g

note "a huge folio whose leaf was cut: a new folio again"
mprotect(x, 1p, PROT_READ)
mprotect(x, 1p, PROT_READ|PROT_WRITE)
expect pte(x).huge == 0, folio(x) == g
madvise(x, 2M, MADV_COLLAPSE)
expect pte(x).huge, folio(x) != g, content(x + 100p) == 2

note "nothing there at all: not even a table"
madvise(x, 4M, MADV_COLLAPSE) = -EINVAL
expect pte(x + 2M).none
note "an area that was only read, but for these first 2 MiB: it has an anon_vma"
load(x + 3M)
madvise(x, 4M, MADV_COLLAPSE)
expect pte(x + 2M).huge, pte(x + 2M).zero == 0, mm(P).rss_anon == 1024
