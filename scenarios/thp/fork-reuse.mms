# After a fork: when is a huge page taken over by its last owner, and when is it cut up?
#
# While both map it, a store splits the entry and copies one small page. Once the other one
# is gone, a store takes the whole folio over, with its entry: it belongs to the anon_vma of
# the one that is left from then on.
title "Who owns a huge page after fork()"

x = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 4M, MADV_HUGEPAGE)
store(x)
store(x + 2M)
Q = fork()
expect pte(x).write == 0, pte(Q:x).write == 0, pte(Q:x).huge
Q: store(x + 9p)
expect pte(Q:x).huge == 0, folio(Q:x + 9p).order == 0, folio(Q:x) == folio(x), pte(x).huge
expect folio(x).mapcount == 512
exit(0)
Q: store(x + 2M)
expect pte(Q:x + 2M).huge, pte(Q:x + 2M).write, folio(Q:x + 2M).exclusive
expect folio(Q:x + 2M).anon_vma == vma(Q:x).anon_vma
