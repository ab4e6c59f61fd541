# swapoff() with a huge page in swap: what is it afterwards?
#
# If it is still in the swap cache, the same folio, mapped page by page, each read-only and old; and
# exclusive where the word was. What is read back from the device comes in single pages.
# Kernel: mm/swapfile.c unuse_pte(), try_to_unuse()

title "swapoff() and huge pages"
set swap = 16M
set swap.device = disk
set cap = on

x = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 4M, MADV_HUGEPAGE)
store(x)
store(x + 5p, 1, 7)
store(x + 2M, 1, 3)
let f = folio(x)
madvise(x, 2M, MADV_PAGEOUT)
madvise(x + 2M, 2M, MADV_PAGEOUT)
load(x + 2M) = 3
madvise(x + 2M, 2M, MADV_PAGEOUT)
expect swap(x).cached, swap(x + 2M).cached == 0, mm(P).swap == 1024
swapoff("/swap")
expect mm(P).swap == 0, mm(P).rss_anon == 1024
expect folio(x) == f, f.order == 9, f.mapcount == 512, f.exclusive, f.swapcache == 0
expect pte(x).write == 0, folio(x + 2M).order == 0, folio(x + 2M + 1p).exclusive
load(x + 5p) = 7
