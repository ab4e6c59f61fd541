# The page is shared with a child, and a device wants to read it for long.  Will it see what the
# parent writes afterwards?
#
# Yes: the page is made the parent's own at once, by a fault that shares no more (FAULT_FLAG_UNSHARE).
# The copy is mapped read-only and clean, for nobody has written yet; but it is exclusive, so that the
# next store keeps it.
# Kernel: mm/gup.c gup_must_unshare(), mm/memory.c do_wp_page()

title "A pin for reading unshares"
window 20p

mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 1p, 4)
Q = fork()
let page = folio(@1)
pin(@1, 1p, FOLL_PIN)
expect folio(@1) != page, folio(Q:@1) == page
expect folio(@1).exclusive, folio(@1).pinned, pte(@1).write == 0, pte(@1).dirty == 0
let own = folio(@1)
store(@1, 1p, 5)
expect folio(@1) == own, pte(@1).write, device(@1) == 5
Q: load(@1) = 4
