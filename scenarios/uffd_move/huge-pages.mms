# Does a huge page move as a whole?  If both ends are aligned and the destination has nothing there, not even an empty
# page table: one entry moves, and nothing is split.
# Kernel: mm/huge_memory.c move_pages_huge_pmd()

title "Huge pages move whole"
set thp = madvise

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
a = mmap(NULL, 16M, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
let src = (a + 2M - 1) & ~(2M - 1)
let dst = src + 6M
mprotect(src, 4M, READ)
mprotect(src, 4M, RW)
madvise(src, 4M, MADV_HUGEPAGE)
store(src, 1p, 7)
load(src + 2M)
expect pte(src).huge, pte(src + 2M).huge, pte(src + 2M).zero
UFFDIO_REGISTER(u, {start=dst, len=4M, mode=UFFDIO_REGISTER_MODE_MISSING})
let folio = folio(src)
let flushes = sys().tlb_flushes
UFFDIO_MOVE(u, {dst=dst, src=src, len=4M, move=4M}) = 0
expect pte(dst).huge, folio(dst) == folio, folio(dst).exclusive, pte(dst).write, pte(src).none
note "the huge zero page stays one"
expect pte(dst + 2M).huge, pte(dst + 2M).zero
expect sys().tlb_flushes - flushes == 2, folio(dst).index == vma(dst).pgoff + (dst - vma(dst).start) / 1p
expect content(dst) == 7
