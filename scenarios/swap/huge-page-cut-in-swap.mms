# Areas with the words of one huge page are protected, moved and cut: does the swap cache still bring
# back the folio as a whole?
#
# Its words are ordinary ones: each operation changes its own. The folio is mapped whole only where all
# 512 words lie in one area and one table, at the distance that they had.
# Kernel: mm/memory.c do_swap_page()

title "Cutting a huge page that is in swap"
set swap = 16M
set swap.device = disk

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
y = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 2M, MADV_HUGEPAGE)
store(x)
store(x + 300p, 1, 7)
let f = folio(x)
madvise(x, 2M, MADV_PAGEOUT)
step "half of it has another protection, and so another area"
mprotect(x + 1M, 1M, PROT_READ)
load(x) = 1
expect folio(x) == f, f.mapcount == 1, pte(x + 1p).swap, pte(x).write
load(x + 300p) = 7
expect f.mapcount == 2, pte(x + 300p).write == 0, folio(x + 300p).exclusive
mprotect(x + 1M, 1M, PROT_READ|PROT_WRITE)
expect pte(x + 300p).write, pte(x + 301p).swap

step "half of it moves away"
mremap(x + 1M, 1M, 1M, MAYMOVE|FIXED, y + 5p)
load(y + 6p) = 0
expect folio(y + 6p) == f, f.mapcount == 3, mm(P).swap == 509

step "part of it is to go out again: the folio is split, in the cache too, each page with its slot"
madvise(x, 1M, MADV_PAGEOUT)
expect pte(x).swap, pte(x + 1p).swap
load(x) = 1
expect pte(y + 6p).zero, mm(P).rss_anon + mm(P).swap == 511
load(y + 7p) = 0
expect folio(y + 7p).order == 0, folio(y + 7p).swapcache
