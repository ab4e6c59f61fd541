# A device holds a page that it may write to, and the process forks.  Who gets the page?
#
# The parent keeps it, writable and exclusive as it was; the child gets a copy at once,
# before anybody writes.  Pages that are not pinned are shared as ever.
# Kernel: mm/memory.c copy_present_page(), include/linux/rmap.h folio_try_dup_anon_rmap_pte()

title "fork() copies a pinned page at once"
window 20p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 2p, 4)
pin(@1, 1p)
expect folio(@1).pinned, folio(@2).pinned == 0, mm(P).has_pinned
let page = folio(@1)
Q = fork()
expect folio(@1) == page, folio(@1).exclusive, pte(@1).write, folio(@1).mapcount == 1
expect folio(Q:@1) != page, folio(Q:@1).exclusive, pte(Q:@1).write, pte(Q:@1).dirty
expect folio(Q:@1).pinned == 0, mm(Q).has_pinned == 0
expect folio(Q:@2) == folio(@2), folio(@2).exclusive == 0
note "what the parent writes now, the device sees"
store(@1, 1p, 5)
expect device(@1) == 5, content(Q:@1) == 4
Q: exit(0)
unpin(@1, 1p)
expect folio(@1).pinned == 0, folio(@1) == page
