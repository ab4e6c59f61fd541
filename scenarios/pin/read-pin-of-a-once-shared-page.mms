# The child that shared the page has gone, and a device wants to read.  Is a copy needed?
#
# No: the fault finds that nobody else has a reference and makes the page exclusive again, but
# leaves it read-only, for nobody writes.
# Kernel: mm/memory.c wp_can_reuse_anon_folio(), do_wp_page()

title "A pin for reading takes the page over"
window 20p

mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 1p, 4)
let page = folio(@1)
Q = fork()
Q: exit(0)
expect folio(@1).exclusive == 0
pin(@1, 1p, FOLL_PIN)
expect folio(@1) == page, folio(@1).exclusive, pte(@1).write == 0
store(@1, 1p, 5)
expect folio(@1) == page, device(@1) == 5
