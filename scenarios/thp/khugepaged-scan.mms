# khugepaged walks over the address spaces that it knows: which, in which order, how far, and where does
# it go on?
#
# It learns of one by advice, by a fault or by a fork of one that it knows. A pass looks at so many words
# and stops; the next one goes on there. Areas are visited from the lowest address, blocks too.
title "khugepaged: passes, cursor, counters"
set thp = madvise
set khugepaged.pages_to_scan = 1024

x = mmap(NULL, 8M, RW, PRIVATE|ANONYMOUS, -1, 0)
khugepaged: scan(P) = 0
madvise(x, 8M, MADV_NOHUGEPAGE)
store(x)
store(x + 2M)
store(x + 4M)
store(x + 6M)
khugepaged: scan() = 0
expect sys().khugepaged_full_scans == 0		# it knows nobody

madvise(x, 8M, MADV_HUGEPAGE)
note "two blocks are one pass; the area is looked up anew for each, for a collapse gives up the lock"
khugepaged: scan() = 2
expect pte(x).huge, pte(x + 2M).huge, pte(x + 4M).huge == 0
khugepaged: scan() = 2
expect pte(x + 4M).huge, pte(x + 6M).huge, sys().khugepaged_full_scans == 0
khugepaged: scan() = 0
expect sys().khugepaged_full_scans == 1, sys().khugepaged_pages_collapsed == 4

note "a child of one that it knows stands behind it"
Q = fork()
Q: munmap(x, 2M)
Q: madvise(x + 2M, 2M, MADV_NOHUGEPAGE)
Q: madvise(x + 2M, 2M, MADV_DONTNEED)
Q: store(x + 2M)
Q: madvise(x + 2M, 2M, MADV_HUGEPAGE)
khugepaged: scan(P) = 0
khugepaged: scan(Q) = 1
expect pte(Q:x + 2M).huge

note "who is gone is forgotten"
Q: exit(0)
madvise(x, 8M, MADV_NOHUGEPAGE)
khugepaged: scan() = 0
khugepaged: scan() = 0
