# A device holds one page of a huge page, and the process forks: what does the child get?
#
# Pins of a large folio are counted for all of it: any of its pages might be held. So the
# parent's entry is split, and the child gets 512 small copies at once. The parent keeps its
# pages, still exclusive and writable.
title "fork() of a pinned huge page"

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 2M, MADV_HUGEPAGE)
store(x, 1, 7)
pin(x + 9p, 1p)
expect folio(x).pincount == 1, folio(x).refcount == 2
Q = fork()
expect pte(x).huge == 0, folio(x).order == 9, folio(x).mapcount == 512, pte(x).write
expect folio(Q:x).order == 0, folio(Q:x + 511p).order == 0, folio(Q:x).exclusive
expect folio(x).exclusive, folio(x + 511p).exclusive, content(Q:x) == 7
unpin(x + 9p, 1p)
expect folio(x).refcount == 512
