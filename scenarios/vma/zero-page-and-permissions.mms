# Memory that was read-only becomes writable: what happens with the page that is mapped already?
#
# Private memory: the zero page is replaced at the first write, a file's page is copied.
# Kernel: mm/memory.c do_wp_page(), mm/mprotect.c change_pte_range()

title "Permissions and pages that are mapped"
window 40p

mmap(@1, 1p, PROT_READ, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
load(@1) = 0
expect pte(@1).zero
mprotect(@1, 1p, RW)
expect pte(@1).zero, pte(@1).write == 0
store(@1, 1p, 5)
expect pte(@1).zero == 0, pte(@1).write

step "taken away and given back: the page stays the same"
let f = folio(@1)
mprotect(@1, 1p, PROT_NONE)
expect pte(@1).protnone
mprotect(@1, 1p, RW)
load(@1) = 5
expect folio(@1) == f
