# The upper part of a huge page's area gets the flags of the area above, and merges with it.  Is the
# entry split?
#
# Yes: the border moves into the middle of it.  The area that shrinks has the huge page, not
# the one that grows.
# Kernel: mm/vma.c commit_merge(), mm/huge_memory.c vma_adjust_trans_huge()
title "A merge upwards cuts a huge page"

x = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 4M, MADV_HUGEPAGE)
store(x)
madvise(x, 2M, MADV_NOHUGEPAGE)
expect pte(x).huge
madvise(x + 32K, 2M - 32K, MADV_HUGEPAGE)
expect vmas(x..x+4M) == 2, vma(x).end == x + 32K
expect !pte(x).huge, folio(x).order == 9, folio(x).mapcount == 512

note "and downwards"
y = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(y, 4M, MADV_HUGEPAGE)
store(y + 2M)
madvise(y + 2M, 2M, MADV_NOHUGEPAGE)
expect pte(y + 2M).huge
madvise(y + 2M, 32K, MADV_HUGEPAGE)
expect vma(y).end == y + 2M + 32K, !pte(y + 2M).huge
