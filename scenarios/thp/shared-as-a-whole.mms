# A page of a huge folio is mapped by one process only: may that write to it without a copy?
#
# No, as long as another process maps any page of the folio: "shared" is a property of the
# whole folio. A page mapped once is copied all the same.
title "A folio is shared as a whole"

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 2M, MADV_HUGEPAGE)
store(x)
Q = fork()
Q: munmap(x, 1M)
expect rmap(x) == {P:x}, folio(x).maybe_mapped_shared
let f = folio(x)
store(x)
expect folio(x) != f, folio(x).order == 0
Q: exit(0)
expect f.maybe_mapped_shared == 0
store(x + 1p)
expect folio(x + 1p) == f, folio(x + 1p).exclusive
