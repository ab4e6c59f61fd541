# The child gives the shared page to a pipe and unmaps it; the parent writes.  Does the parent's
# secret get into the pipe?
#
# No: the page is mapped once, but not exclusive, and the pipe's reference makes the parent copy.
# Kernel: mm/memory.c wp_can_reuse_anon_folio()

title "The pipe of the child keeps the old data"
window 20p

mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 1p, 4)
let page = folio(@1)
Q = fork()
Q: pin(@1, 1p, FOLL_GET)
expect folio(Q:@1) == page
Q: munmap(@1, 1p)
expect folio(@1) == page, folio(@1).mapcount == 1, folio(@1).exclusive == 0
store(@1, 1p, 5)
expect folio(@1) != page, device(Q:@1) == 4
