# mlock() and mincore() of huge pages: does the folio stay whole?
#
# An mlocked huge page stays one as long as one entry maps it; munlock() of a part cuts the
# area, and so the entry.
title "mlock() of huge pages"

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 2M, MADV_HUGEPAGE)
mlock(x, 2M)
expect pte(x).huge, folio(x).mlocked, mm(P).locked_vm == 512
munlock(x, 16p)
expect pte(x).huge == 0, folio(x).order == 9
munlock(x, 2M)
expect folio(x).mlocked == 0
