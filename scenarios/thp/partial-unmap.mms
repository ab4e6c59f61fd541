# A part of a huge page is unmapped: what is left, and whose are the frames?
#
# The entry is split into 512, the folio is not: its pages stay together, and the frames of
# the part that is gone stay with it, until the folio is split because memory is short. It
# is queued for that as soon as a page of it is mapped by nobody.
title "Unmapping a part of a huge page"

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 2M, MADV_HUGEPAGE)
store(x)
store(x + 300p)
let f = folio(x)
let free = sys().free
munmap(x + 8p, 8p)
expect pte(x).huge == 0, pte(x).write, folio(x) == f, folio(x + 300p) == f
expect f.order == 9, f.mapcount == 504, f.refcount == 504, f.nr_pages_mapped == 504
expect f.partially_mapped, f.deferred, f.dirty
expect folio(x).exclusive, folio(x + 511p).exclusive
expect mm(P).rss_anon == 504, sys().free == free

note "MADV_DONTNEED does the same, and a new store there gets a page of its own"
madvise(x + 100p, 1p, MADV_DONTNEED)
expect pte(x + 100p).none, f.nr_pages_mapped == 503
store(x + 100p)
expect folio(x + 100p).order == 0, folio(x + 100p) != f
