# A part of a folio of 64K is unmapped, or all of it by one call: is it queued to be split?
#
# Only if a part of it stays mapped. One call that unmaps all 16 pages takes them in one step.
title "Unmapping folios that PTEs map"
set thp.64K = always

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
store(x)
store(x + 16p)
store(x + 32p)
let f = folio(x + 16p)
munmap(x, 16p)
expect f.partially_mapped == 0
madvise(x + 24p, 16p, MADV_DONTNEED)
expect f.partially_mapped, f.deferred, f.nr_pages_mapped == 8
expect folio(x + 40p).partially_mapped, folio(x + 40p).nr_pages_mapped == 8
note "MADV_COLD of a part that is still mapped splits it at once"
madvise(x + 16p, 4p, MADV_COLD)
expect folio(x + 16p).order == 0, pte(x + 20p).zero, pte(x + 16p).dirty
