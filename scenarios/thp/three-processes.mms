# Three processes map one huge folio, and it remembers two: when does it know itself unshared?
#
# The third one counts in the sum only. When one of the two remembered leaves, its slot is
# free; who stays alone with all mappings of a slot owns the folio again.
title "More processes than a folio can count apart"

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 2M, MADV_HUGEPAGE)
store(x)
let f = folio(x)
Q = fork()
R = fork()
expect f.mapcount == 3, f.maybe_mapped_shared
Q: exit(0)
expect f.mapcount == 2, f.maybe_mapped_shared
note "R came when both slots were taken: with P gone too, nobody knows that it is alone"
exit(0)
expect f.mapcount == 1
R: store(x + 1p)
expect pte(R:x).huge, folio(R:x).exclusive
