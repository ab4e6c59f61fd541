# A huge page is shared by parent and child; the child maps its pages one by one, the parent as one. The child stores,
# and adds up who maps the page; between its two looks the parent's mapping changes from the one kind to the other
# (CVE-2020-29368, c444eb564fb1, before 5.8). Whose page is it?
title "A split moves a count behind the back of a store"
window 4M
set thp = always
bug thp-mapcount-split-cow

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 1p, 7)
Q = fork()
Q: mprotect(@1, 1p, PROT_READ)
expect pte(@0).huge, !pte(Q:@0).huge
race {
	splitter in P { mprotect(@1, 1p, PROT_READ) }
	writer in Q { store(@0, 1p, 8) }
}
must violate folio-exclusive
expect content(@0) == 7, content(Q:@0) == 8
