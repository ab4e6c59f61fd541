# A pipe holds a page by a plain reference, and the process forks.  What do the three see when the
# parent writes?
#
# A plain reference (FOLL_GET) tells nobody that the page must stay: it is shared, the parent's
# store copies, and the pipe keeps the old page with the old value.
# Kernel: fs/splice.c vmsplice_to_pipe(), mm/memory.c do_wp_page()

title "A reference is no pin"
window 20p

mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 1p, 4)
pin(@1, 1p, FOLL_GET)
expect folio(@1).pinned == 0, mm(P).has_pinned == 0
note "alone, the parent writes what the pipe sees"
store(@1, 1p, 5)
expect device(@1) == 5
Q = fork()
expect folio(Q:@1) == folio(@1)
store(@1, 1p, 6)
expect device(@1) == 5, content(Q:@1) == 5, folio(@1) != folio(Q:@1)
unpin(@1, 1p)
