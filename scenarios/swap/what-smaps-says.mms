# A page is swapped out, shared with a child, merged, huge: in which lines of smaps is it?
#
# What two entries share counts half for each, in Pss and in SwapPss; a page on its way is in Rss; the zero pages are nowhere;
# what MADV_FREE marked is in LazyFree until it is written to.
# Kernel: fs/proc/task_mmu.c smaps_account(), smaps_pte_entry()

title "The lines of smaps"
set thp = madvise
set swap = 16M
set swap.device = zram
window 20p

mmap(@0, 10p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 8p, 7)
load(@8)
expect smaps(@0).rss == 32, smaps(@0).private_dirty == 32, smaps(@0).anonymous == 32
step "swapped out, and marked by MADV_FREE"
madvise(@4, 1p, MADV_FREE)
madvise(@0, 4p, MADV_PAGEOUT)
expect smaps(@0).rss == 16, smaps(@0).swap == 16, smaps(@0).swap_pss == 16, smaps(@0).lazyfree == 4
store(@4)
expect smaps(@0).lazyfree == 0, smaps(@0).private_dirty == 16
step "shared with a child"
Q = fork()
expect smaps(@0).rss == 16, smaps(@0).pss == 8, smaps(@0).shared_dirty == 16, smaps(@0).private_dirty == 0
expect smaps(Q:@0).swap == 16, smaps(Q:@0).swap_pss == 8
store(@0)
Q: store(@5)
expect smaps(@0).swap == 12, smaps(Q:@0).swap == 16, smaps(Q:@0).swap_pss == 10
expect smaps(@0).private_dirty == 8, smaps(Q:@0).pss == 10

step "huge, and a part of it"
x = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 4M, MADV_HUGEPAGE)
store(x)
load(x + 2M)
expect smaps(x).anon_huge == 2048, smaps(x).rss == 2048
munmap(x, 1p)
expect smaps(x + 1p).anon_huge == 0, smaps(x + 1p).rss == 2044

step "mlocked: by a write, so that they are copied"
mlock(@4, 2p)
expect smaps(@4).locked == 8, smaps(@4).pss == 8
