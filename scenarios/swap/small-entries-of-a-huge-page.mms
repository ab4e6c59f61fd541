# A huge page whose entry has been cut is swapped out, and shared by fork: is it copied on write like any
# other?
#
# It goes in one piece all the same, for all of it is mapped, and comes back from the swap cache in one. What
# the child has seen stays what it was, whoever stores, whether protected in between or not.
# Kernel: mm/madvise.c madvise_cold_or_pageout_pte_range(), mm/memory.c do_wp_page()

title "Copy on write of a swapped-out folio that small entries map"
set swap = 16M
set swap.device = disk

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 2M, MADV_HUGEPAGE)
store(x, 8p, 7)
mprotect(x, 1p, PROT_READ)
mprotect(x, 1p, PROT_READ|PROT_WRITE)
let f = folio(x)
expect pte(x).huge == 0, f.order == 9, f.mapcount == 512
madvise(x, 2M, MADV_PAGEOUT)
expect mm(P).swap == 512, swap(x).folio == f
Q = fork()

step "the parent stores first: a copy, for the slot has two words"
store(x, 1p, 8)
expect folio(x).order == 0, folio(x).exclusive, pte(x).write
Q: load(x) = 7
expect folio(Q:x) == f, folio(Q:x).exclusive == 0

step "protected and unprotected: shared pages do not become writable by that"
load(x + 1p) = 7
mprotect(x, 2M, PROT_READ)
mprotect(x, 2M, PROT_READ|PROT_WRITE)
expect pte(x).write, pte(x + 1p).write == 0
store(x + 1p, 1p, 9)
Q: load(x + 1p) = 7

step "the child alone"
exit(0)
Q: store(x + 2p, 1p, 10)
Q: load(x + 3p) = 7
