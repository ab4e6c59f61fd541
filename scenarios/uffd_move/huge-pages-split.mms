# One page of a huge one moves.  What becomes of the rest?  The huge page is split for good: what was written to stays as
# single pages, and where there are only zeroes the shared zero page takes their place.
# Kernel: mm/userfaultfd.c move_pages(), move_pages_ptes(); mm/huge_memory.c split_folio()

title "A huge page is split to move a part"
set thp = madvise

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
a = mmap(NULL, 16M, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
let src = (a + 2M - 1) & ~(2M - 1)
let dst = src + 6M
madvise(src, 4M, MADV_HUGEPAGE)
store(src, 1p, 7)
store(src + 5p, 1p, 8)
UFFDIO_REGISTER(u, {start=dst, len=4M, mode=UFFDIO_REGISTER_MODE_MISSING})
expect mm().rss_anon == 512
UFFDIO_MOVE(u, {dst=dst, src=src, len=1p, move=1p}) = 0
expect folio(dst).order == 0, folio(src + 5p).order == 0, pte(src + 1p).zero, content(src + 5p) == 8
expect mm().rss_anon == 2

note "an empty table at the destination: a huge page cannot be put there"
store(src + 2M, 1p, 9)
expect pte(src + 2M).huge
UFFDIO_MOVE(u, {dst=dst + 2M, src=src + 1M, len=1p, mode=UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES}) = 0
madvise(dst + 2M, 1p, MADV_DONTNEED)
UFFDIO_MOVE(u, {dst=dst + 2M, src=src + 2M, len=2M, move=2M}) = 0
expect !pte(dst + 2M).huge, content(dst + 2M) == 9, pte(dst + 2M + 1p).zero
