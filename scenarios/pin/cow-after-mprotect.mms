# A page is shared with a child; the parent makes it read-only, writable again, and writes.  Does
# mprotect() make the shared page writable?
#
# No, only exclusive ones: the store faults and copies.  A reference of the child's pipe, which has
# unmapped it, is no reason to keep the page either.
# Kernel: mm/mprotect.c can_change_pte_writable(), mm/memory.c do_wp_page()

title "mprotect() does not undo sharing"
window 20p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 2p, 4)
Q = fork()
Q: pin(@2, 1p, FOLL_GET)
Q: munmap(@2, 1p)
mprotect(@1, 2p, READ)
mprotect(@1, 2p, RW)
expect pte(@1).write == 0, pte(@2).write == 0
store(@1, 2p, 5)
Q: load(@1) = 4
expect device(Q:@2) == 4, folio(@1).exclusive, folio(@2).exclusive
