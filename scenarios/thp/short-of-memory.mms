# Memory is short, and huge pages hold more than they need. What is given back, and when?
#
# Once the lists of pages have nothing to give: the huge zero page, if nobody holds it any more; folios of which
# a part is unmapped are split, and that part is free; and those that hold more pages of zeroes than
# khugepaged would fill in (all but 511, as set by default: none) are split as well, their zeroes become the
# shared page.
# Kernel: mm/huge_memory.c deferred_split_scan(), thp_underused(), shrink_huge_zero_folio_scan()

title "Huge pages when memory is short"
set ram = 8M
set khugepaged.max_ptes_none = 400
window 16M

Q = fork()
Q: mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
Q: madvise(@0, 2M, MADV_HUGEPAGE)
Q: store(@0, 200p, 5)
Q: madvise(@0 + 100p, 412p, MADV_DONTNEED)
expect folio(Q:@0).order == 9, folio(Q:@0).partially_mapped

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
madvise(@0, 2M, MADV_HUGEPAGE)
store(@0, 3p, 6)
expect pte(@0).huge, folio(@0).deferred
R = fork()
R: mmap(@0 + 4M, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
R: madvise(@0 + 4M, 2M, MADV_HUGEPAGE)
R: load(@0 + 4M)
expect pte(R:@0 + 4M).huge
R: exit(0)

note "more than is left: of 2048 pages the huge ones take 1536"
mmap(@0 + 8M, 6M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0 + 8M
madvise(@0 + 8M, 6M, MADV_NOHUGEPAGE)
store(@0 + 8M, 600p)
expect sys().free > 400
store(@0 + 8M + 600p, 900p)
expect folio(Q:@0).order == 0, folio(@0).order == 0, pte(@3).zero, mm(P).rss_anon == 1503
expect content(@0) == 6, content(Q:@99) == 5
