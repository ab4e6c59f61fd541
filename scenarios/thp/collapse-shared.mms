# Pages that a child maps as well are collapsed: what does the child have then?
#
# Its own pages as before: the parent copies. The child's entries stay read-only, and what it
# is now alone with it may take over at its next store.
title "MADV_COLLAPSE of shared pages"

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
store(x, 1, 5)
store(x + 1p, 1, 6)
Q = fork()
let f = folio(x)
expect f.mapcount == 2
madvise(x, 2M, MADV_COLLAPSE)
expect pte(x).huge, folio(Q:x) == f, f.mapcount == 1, folio(Q:x).exclusive == 0
expect content(x) == 5, content(Q:x) == 5, pte(Q:x).write == 0
Q: store(x)
expect folio(Q:x) == f, folio(Q:x).exclusive

note "the child's fork of a huge page, with one of its pages written: put together again"
R = fork()
R: store(x + 3p)
expect pte(R:x).huge == 0, pte(x).huge
R: madvise(x, 2M, MADV_COLLAPSE)
expect pte(R:x).huge, folio(R:x) != folio(x), folio(x).maybe_mapped_shared == 0
