# A huge page is written to a disk and stays in the swap cache. A load of one of its pages: what is
# mapped?
#
# All of the folio, by 512 entries, if all words around the one asked for lead to it, alike; else just
# the one page. The huge entry is gone for good. As long as one word needs one of the slots, the folio
# keeps all of them.
# Kernel: mm/memory.c do_swap_page(), should_try_to_free_swap(); mm/swapfile.c folio_free_swap()

title "A huge page in the swap cache"
set swap = 16M
set swap.device = disk

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 2M, MADV_HUGEPAGE)
store(x)
store(x + 5p, 1, 7)
let f = folio(x)
madvise(x, 2M, MADV_PAGEOUT)
expect mm(P).swap == 512, swap(x).cached, swap(x + 511p).folio == f
mincore(x, 2p, [1, 1])

step "one load maps all pages, exclusive; the slots stay"
load(x + 5p) = 7
expect folio(x) == f, f.order == 9, f.mapcount == 512, f.refcount == 1024, f.swapcache
expect pte(x).huge == 0, pte(x).write, pte(x).dirty == 0, mm(P).swap == 0, f.exclusive
expect sys().swap_free == 4095 - 512

note "clean and unmapped once more, it needs no writing: it goes at once"
madvise(x, 2M, MADV_PAGEOUT)
expect swap(x).cached == 0, mm(P).swap == 512
load(x) = 1
expect folio(x).order == 0
madvise(x, 2M, MADV_DONTNEED)

step "a new one; a part is dropped: what is left is mapped one by one, and the slots stay"
store(x)
let g = folio(x)
madvise(x, 2M, MADV_PAGEOUT)
madvise(x + 9p, 1p, MADV_DONTNEED)
store(x + 5p, 1, 8)
expect folio(x + 5p) == g, pte(x + 4p).swap, g.mapcount == 1, g.swapcache
expect pte(x + 5p).dirty, g.deferred, sys().swap_free == 4095 - 512
load(x + 9p) = 0

step "the last word goes: the slots with it, as the folio is mapped no more"
madvise(x, 2M, MADV_DONTNEED)
expect sys().swap_free == 4095, mm(P).rss_anon == 0

step "a store that brings back all of it: no slot is needed any more"
y = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(y, 2M, MADV_HUGEPAGE)
store(y)
madvise(y, 2M, MADV_PAGEOUT)
store(y + 1p)
expect sys().swap_free == 4095, pte(y).dirty, pte(y + 511p).dirty, folio(y).swapcache == 0
