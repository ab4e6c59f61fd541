# A child collapses a block that it shares with its parent: what does each of them have then?
#
# The child has a huge page of its own; the parent has what it had.  khugepaged wants no more than
# max_ptes_shared pages to be shared, MADV_COLLAPSE does not ask.  A page of a huge folio counts as shared as long
# as anything of the folio is.
# Kernel: tools/testing/selftests/mm/khugepaged.c collapse_fork(), collapse_fork_compound(),
# collapse_max_ptes_shared();
# mm/khugepaged.c hpage_collapse_scan_pmd()

title "Collapse in a child"
set thp = madvise

x = mmap(NULL, 16M, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
store(x, 1p, 5)
madvise(x + 4M, 2M, MADV_HUGEPAGE)
madvise(x + 8M, 2M, MADV_HUGEPAGE)
store(x + 4M, 512p, 6)
store(x + 8M, 512p, 7)
madvise(x, 16M, MADV_NOHUGEPAGE)

step "a small page"
Q = fork()
let small = folio(x)
Q: store(x + 1p, 1p, 8)
Q: madvise(x, 2M, MADV_HUGEPAGE)
Q: madvise(x, 2M, MADV_COLLAPSE)
expect pte(Q:x).huge, content(Q:x) == 5, content(Q:x + 1p) == 8
expect folio(x) == small, small.mapcount == 1, content(x) == 5, pte(x + 1p).none

step "a huge page, whose leaf the child splits"
let huge = folio(x + 4M)
Q: mprotect(x + 4M, 1p, READ)
Q: mprotect(x + 4M, 1p, RW)
Q: madvise(x + 4M, 2M, MADV_HUGEPAGE)
expect pte(Q:x + 4M).huge == 0, folio(Q:x + 4M) == huge
khugepaged: collapse(Q:x + 4M) = SCAN_EXCEED_SHARED_PTE
Q: madvise(x + 4M, 2M, MADV_COLLAPSE)
expect pte(Q:x + 4M).huge, folio(Q:x + 4M) != huge, pte(x + 4M).huge, folio(x + 4M) == huge
expect content(Q:x + 4M + 511p) == 6

step "the child has copied all but 257 pages of one, and then all but 256"
Q: store(x + 8M, 255p, 9)
Q: madvise(x + 8M, 2M, MADV_HUGEPAGE)
khugepaged: collapse(Q:x + 8M) = SCAN_EXCEED_SHARED_PTE
Q: store(x + 8M + 255p, 1p, 9)
khugepaged: collapse(Q:x + 8M) = SCAN_SUCCEED
expect pte(Q:x + 8M).huge, content(Q:x + 8M + 255p) == 9, content(Q:x + 8M + 256p) == 7
expect pte(x + 8M).huge, content(x + 8M) == 7, folio(x + 8M).maybe_mapped_shared == 0
