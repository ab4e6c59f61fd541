# When can a huge page not move?  As a small one: shared once, or pinned.  And a part of it can not either when somebody
# has a reference, for it cannot be split then; but the whole of it can.  A destination with a huge page is in use.
# Kernel: mm/huge_memory.c move_pages_huge_pmd(), mm/userfaultfd.c move_pages()

title "Huge pages that do not move"
set thp = madvise

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
a = mmap(NULL, 16M, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
let src = (a + 2M - 1) & ~(2M - 1)
let dst = src + 6M
madvise(src, 2M, MADV_HUGEPAGE)
madvise(dst, 4M, MADV_HUGEPAGE)
store(src, 1p, 7)
store(dst + 2M, 1p, 8)
UFFDIO_REGISTER(u, {start=dst, len=4M, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_MOVE(u, {dst=dst + 2M, src=src, len=2M, move=-EEXIST}) = -EEXIST

note "a plain reference"
pin(src, 1p, FOLL_GET)
UFFDIO_MOVE(u, {dst=dst, src=src, len=2M, move=2M}) = 0
expect pte(dst).huge
unpin(src, 1p)

note "shared"
madvise(dst + 2M, 2M, MADV_DONTFORK)
Q = fork()
Q: exit()
madvise(src, 4M, MADV_DOFORK)
b = mmap(NULL, 8M, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
UFFDIO_REGISTER(u, {start=b, len=8M, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_MOVE(u, {dst=(b + 2M - 1) & ~(2M - 1), src=dst, len=2M, move=-EBUSY}) = -EBUSY
UFFDIO_MOVE(u, {dst=b, src=dst, len=1p, move=-EBUSY}) = -EBUSY
expect pte(dst).huge
