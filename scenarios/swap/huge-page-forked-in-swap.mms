# Parent and child share a huge page that is in swap. Who gets what back?
#
# Each slot counts two words, none of them exclusive. Out of the cache both map the same folio, as a
# whole and read-only; a store copies one page. Once the child is gone, a store takes over one page after
# the other.
# Kernel: mm/memory.c copy_nonpresent_pte(), do_swap_page(), __wp_can_reuse_large_anon_folio()

title "A huge page in swap, shared by fork"
set swap = 16M
set swap.device = disk

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 2M, MADV_HUGEPAGE)
store(x)
store(x + 5p, 1, 7)
let f = folio(x)
madvise(x, 2M, MADV_PAGEOUT)
Q = fork()
expect swap(x).count == 2, swap(x).exclusive == 0, swap(Q:x + 511p).count == 2

load(x) = 1
expect folio(x) == f, pte(x).write == 0, f.exclusive == 0, f.mapcount == 512
Q: load(x + 5p) = 7
expect folio(Q:x) == f, f.mapcount == 1024, f.maybe_mapped_shared, mm(Q).swap == 0
store(x + 5p, 1, 8)
expect folio(x + 5p) != f, f.mapcount == 1023
Q: load(x + 5p) = 7
Q: exit(0)
store(x + 6p)
expect folio(x + 6p) == f, folio(x + 6p).exclusive, f.exclusive == 0, f.swapcache == 0
