# A guard region in a huge page: the pages it takes out are lost, and the others?
title "Guard regions and huge pages"
# The entry is split and the range is thrown out, as by MADV_DONTNEED.

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 2M, MADV_HUGEPAGE)
store(x)
madvise(x + 16p, 2p, MADV_GUARD_INSTALL)
expect pte(x + 16p).guard, pte(x).huge == 0, folio(x).order == 9, folio(x).partially_mapped
expect folio(x).mapcount == 510
load(x + 16p) = SIGSEGV
load(x + 18p) = 0
