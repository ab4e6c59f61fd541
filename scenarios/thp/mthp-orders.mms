# Folios of several sizes are enabled: which one does a store get?
#
# The largest whose aligned block lies in the area and whose words are all empty; else the
# next smaller one. Its pages are mapped by PTEs, and each is exclusive by itself.
title "Which order does a fault take"
set thp = madvise
set thp.16K = always
set thp.64K = inherit
set thp.256K = madvise
set thp.2M = never
window 4M

x = mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
note "without advice 16K only: 64K inherits `madvise`"
store(x + 5p)
expect folio(x + 4p).order == 2, folio(x + 7p) == folio(x + 5p), pte(x + 8p).none
expect folio(x + 4p).mapcount == 4, folio(x + 4p).nr_pages_mapped == 4, folio(x + 4p).refcount == 4
expect folio(x + 4p).exclusive, folio(x + 7p).exclusive, folio(x + 4p).deferred == 0

note "with advice: 256K, but not where a part is taken; then 64K, then 16K"
madvise(x, 2M, MADV_HUGEPAGE)
store(x + 100p)
expect folio(x + 64p).order == 6, folio(x + 127p).order == 6, pte(x + 100p).huge == 0
store(x + 20p)
expect folio(x + 16p).order == 4
store(x + 1p)
expect folio(x).order == 2
expect mm(P).rss_anon == 88

note "a read maps the small zero page, and after it that block is no longer empty"
load(x + 128p)
store(x + 129p)
expect pte(x + 128p).zero, folio(x + 129p).order == 0
store(x + 150p)
expect folio(x + 150p).order == 4

note "at the end of an area the block does not fit"
munmap(x + 260p, 1p)
store(x + 257p)
expect folio(x + 257p).order == 2
