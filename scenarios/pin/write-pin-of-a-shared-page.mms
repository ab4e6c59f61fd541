# The page is shared with a child when the device asks for it.  Whose page does the device get?
#
# The parent's own: a device that may write needs a writable entry, so the page is copied first,
# as by a store.
# Kernel: mm/gup.c follow_page_pte(), faultin_page()

title "Pinning a shared page for writing copies it"
window 20p

mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 1p, 4)
Q = fork()
let page = folio(@1)
pin(@1, 1p)
expect folio(@1) != page, folio(Q:@1) == page, folio(@1).exclusive, pte(@1).write
expect folio(@1).pinned, folio(Q:@1).pinned == 0
store(@1, 1p, 5)
expect device(@1) == 5
Q: load(@1) = 4
