# Compaction meets folios of several pages: do they move?
#
# As a whole, if they are smaller than 2 MiB: there is nothing to be gained by moving what fills a block
# already. One of which a part is unmapped is split on the way.
# Kernel: mm/compaction.c skip_isolation_on_order(), mm/migrate.c migrate_pages_batch()

title "Compaction of large folios"
set thp.64K = always

x = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
store(x + 5p, 1, 7)
let f = folio(x)
expect f.order == 4
kcompactd: migrate(P:x, 32p) = -ENOENT
expect folio(x) != f, folio(x).order == 4, folio(x).mapcount == 16, folio(x).refcount == 16
expect pte(x + 15p).write, pte(x + 15p).dirty, folio(x + 15p).exclusive, content(x + 5p) == 7

note "a part is unmapped"
store(x + 16p, 16p, 3)
let g = folio(x + 16p)
madvise(x + 20p, 4p, MADV_DONTNEED)
expect g.partially_mapped
kcompactd: migrate(P:x + 16p, 1p)
expect folio(x + 16p).order == 0, folio(x + 16p).exclusive, content(x + 31p) == 3

note "2 MiB"
madvise(x + 2M, 2M, MADV_HUGEPAGE)
store(x + 2M)
expect pte(x + 2M).huge
kcompactd: migrate(P:x + 2M, 512p) = -EBUSY
expect pte(x + 2M).huge
