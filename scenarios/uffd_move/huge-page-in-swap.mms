# UFFDIO_MOVE of pages of a huge page that is in swap: one by one?
#
# Yes, their words are ordinary ones, if the folio has left memory. As long as it is in the swap cache, it
# cannot be moved page by page, and cannot be split either, for nothing maps it: EBUSY. Words that moved
# are no longer in a row with the others.
# Kernel: mm/userfaultfd.c move_pages_ptes(), mm/memory.c do_swap_page()

title "UFFDIO_MOVE over a large folio of the swap cache"
set swap = 16M
set swap.device = disk

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 2M, MADV_HUGEPAGE)
y = mmap(NULL, 16p, RW, PRIVATE|ANONYMOUS, -1, 0)
u = userfaultfd(0)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=y, len=16p, mode=UFFDIO_REGISTER_MODE_MISSING})
store(x)
store(x + 5p, 1, 7)
madvise(x, 2M, MADV_PAGEOUT)
expect swap(x).cached
UFFDIO_MOVE(u, {dst=y, src=x, len=1p, move=-EBUSY}) = -EBUSY
expect pte(x).swap, pte(y).none

note "mapped again it is split, in the cache too, and its pages move"
load(x + 5p) = 7
UFFDIO_MOVE(u, {dst=y, src=x + 5p, len=1p, move=1p}) = 0
expect folio(y).order == 0, folio(y).swapcache, pte(y).write, content(y) == 7, pte(x + 6p).zero

note "what has left memory, in one piece: its words move one by one"
munmap(x, 2M)
z = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(z, 2M, MADV_HUGEPAGE)
store(z, 4p, 20)
madvise(z, 2M, MADV_PAGEOUT)
load(z)
madvise(z, 2M, MADV_PAGEOUT)
expect swap(z).cached == 0, swap(z).exclusive
UFFDIO_MOVE(u, {dst=y + 1p, src=z, len=4p, move=4p}) = 0
load(y + 1p) = 20
expect mm(P).swap == 511
