# An area is cut through a huge page: by madvise(), by a merge, by brk - what is split?
#
# Each call that makes a border inside of the 2 MiB splits the entry, and none splits the
# folio. No page moves, so that a merge heals the areas, but never the entry.
title "Borders of areas through huge pages"

x = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 4M, MADV_HUGEPAGE)
store(x)
store(x + 2M)
madvise(x, 1M, MADV_DONTFORK)
expect pte(x).huge == 0, folio(x).order == 9, pte(x + 2M).huge, vmas(x..x+4M) == 2
madvise(x, 1M, MADV_DOFORK)
expect vmas(x..x+4M) == 1, pte(x).huge == 0, folio(x).mapcount == 512
mlock(x + 3M, 1M)
expect pte(x + 2M).huge == 0, folio(x + 2M).mapcount == 512
