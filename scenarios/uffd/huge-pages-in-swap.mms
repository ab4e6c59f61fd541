# A huge page that userfaultfd protects goes to swap as one piece, is read back, or is given up: what is still protected?
#
# What comes back is, page by page.  What MADV_FREE gave up and reclaim has dropped is not: there is nothing left to protect,
# and anonymous memory has no marks for that.
# Kernel: mm/rmap.c try_to_unmap_one(), mm/memory.c do_swap_page()

title "Protection of huge pages in swap"
set thp = madvise
set swap = 16M
set swap.device = zram

x = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
madvise(x, 4M, MADV_HUGEPAGE)
store(x, 1p, 5)
store(x + 2M, 1p, 5)
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=x, len=4M, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(u, {start=x, len=4M, mode=1})
expect pte(x).huge, pte(x).uffd_wp
madvise(x, 2M, MADV_PAGEOUT)
expect pte(x).swap, pte(x).uffd_wp, pte(x + 511p).swap, pte(x + 511p).uffd_wp
load(x) = 5
expect pte(x).present, pte(x).uffd_wp, pte(x).write == 0
P.a: store(x + 4p) = blocked
read(u, {event=UFFD_EVENT_PAGEFAULT, address=x + 4p, flags=3})
UFFDIO_WRITEPROTECT(u, {start=x, len=2M, mode=0})
P.a: finish() = 0
expect pte(x + 7p).uffd_wp == 0

step "given up"
madvise(x + 2M, 2M, MADV_FREE)
madvise(x + 2M, 2M, MADV_PAGEOUT)
expect pte(x + 2M).none
madvise(x + 2M, 2M, MADV_DONTNEED)
store(x + 2M)
read(u) = -EAGAIN
