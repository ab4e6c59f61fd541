# Who copies, and who may keep the page?
#
# The first writer copies; the last one left has nobody to copy for.
# Kernel: mm/memory.c do_wp_page()

title "Copy on write"
window 20p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 1p, 4)
let f = folio(@1)
expect folio(@1).exclusive, pte(@1).write
Q = fork()
expect folio(Q:@1) == f, folio(@1).exclusive == 0, pte(@1).write == 0
expect rmap(@1) == {P:@1, Q:@1}, folio(@1).mapcount == 2

Q: store(@1, 1p, 5)
expect folio(Q:@1) != f, folio(Q:@1).exclusive
expect content(@1) == 4, content(Q:@1) == 5

store(@1, 1p, 6)
note "alone now: the page is kept and exclusive again"
expect folio(@1) == f, folio(@1).exclusive
