# mprotect() of a huge page, and of a part of it: when is the entry split?
#
# Of a part: split, each word keeps what it had. Of all: the entry stays one, read-only; and
# back to writable it allows stores at once if the folio is exclusive. A split is never
# undone by mprotect().
title "mprotect() of huge pages"

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 2M, MADV_HUGEPAGE)
store(x)
mprotect(x, 2M, PROT_READ)
expect pte(x).huge, pte(x).write == 0, folio(x).exclusive
mprotect(x, 2M, PROT_READ|PROT_WRITE)
expect pte(x).huge, pte(x).write
mprotect(x + 1M, 4p, PROT_READ)
expect pte(x).huge == 0, pte(x).write, pte(x + 1M).write == 0, pte(x + 1M + 4p).write
expect folio(x).order == 9, folio(x).mapcount == 512, folio(x).refcount == 512
expect folio(x + 1M).exclusive, folio(x).dirty
mprotect(x, 2M, PROT_READ|PROT_WRITE)
expect vmas(x..x+2M) == 1, pte(x + 1M).write, pte(x).huge == 0
store(x + 1M)

note "in a child's copy there is nothing to be gained: shared pages stay read-only"
y = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(y, 2M, MADV_HUGEPAGE)
store(y)
Q = fork()
mprotect(y, 2M, PROT_READ)
mprotect(y, 2M, PROT_READ|PROT_WRITE)
expect pte(y).huge, pte(y).write == 0
