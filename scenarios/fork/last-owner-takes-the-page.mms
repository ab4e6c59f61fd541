# A child writes to a page that it inherited and that nobody else maps any more.  Does it copy, and
# whose is the page then?
#
# It keeps the page, and the page moves from the parent's anon_vma to the child's own.
# Kernel: mm/memory.c wp_can_reuse_anon_folio(), mm/rmap.c folio_move_anon_rmap()

title "The last owner takes the page over"
window 20p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 2p, 4)
let root = anon_vma(@1)
let page = folio(@1)
Q = fork()
exit(0)
expect folio(Q:@1) == page, folio(Q:@1).anon_vma == root, folio(Q:@1).exclusive == 0
Q: store(@1, 1p, 5)
expect folio(Q:@1) == page, folio(Q:@1).exclusive
expect folio(Q:@1).anon_vma == anon_vma(Q:@1), anon_vma(Q:@1) != root
expect folio(Q:@1).index == @1/PAGE
note "the other one has not been written to"
expect folio(Q:@2).anon_vma == root
expect rmap(Q:@1) == {Q:@1}, rmap(Q:@2) == {Q:@2}
