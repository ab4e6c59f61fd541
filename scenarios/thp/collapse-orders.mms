# Orders below 2 MiB are enabled and nothing may be missing: which folios does khugepaged make?
#
# The largest enabled order whose block is full; else it looks at the halves. What is as large already is passed
# over, and of what is shared or in swap nothing is made. MADV_COLLAPSE makes 2 MiB.
title "khugepaged and orders below 2 MiB"
set collapse = mthp
set thp = never
set thp.16K = madvise
set thp.64K = madvise
set khugepaged.max_ptes_none = 0
set swap = 16M
window 4M

mmap(@0, 4M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 4M, MADV_NOHUGEPAGE)
store(@0, 16p, 7)		# 64K
store(@20, 4p, 8)		# 16K
store(@32, 3p, 9)		# too few
store(@64, 16p, 5)		# one of them in swap
madvise(@70, 1p, MADV_PAGEOUT)
store(@96, 300p, 6)		# or the page in swap would ask for more that is in use
madvise(@0, 4M, MADV_HUGEPAGE)
khugepaged: scan(P) = 1
expect folio(@0).order == 4, folio(@15) == folio(@0), folio(@0).mapcount == 16
expect folio(@20).order == 2, folio(@32).order == 0, content(@20) == 8
expect folio(@64).order == 2, folio(@76).order == 2, pte(@70).swap, folio(@68).order == 0
expect folio(@96).order == 4
let big = folio(@0)
khugepaged: scan(P) = 0
expect folio(@0) == big

note "what a child maps as well is left"
store(@512, 16p, 4)
Q = fork()
store(@512, 4p, 3)
khugepaged: scan(P) = 0
expect folio(@512).order == 0

note "four pages are P's own: but 64K were tried first, and what that try has put back is in a batch of the LRU"
note "lists, whose reference counts. With a neighbour missing they are not tried, and 16K are made"
madvise(@524, 1p, MADV_DONTNEED)
khugepaged: scan(P) = 1
expect folio(@512).order == 2, content(@512) == 3, content(@516) == 4

note "who asks himself gets 2 MiB"
madvise(@512, 2M, MADV_COLLAPSE)
expect pte(@512).huge
