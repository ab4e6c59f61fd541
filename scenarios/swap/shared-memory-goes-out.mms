# Shared memory goes to swap: what says where its pages are?
#
# Its file, and no page table: the words become none, the page leaves the file's cache, and the file has the swap
# entry. The slot counts no words, whoever maps the page, and smaps knows of it from the file alone. A fault of
# anybody brings it back into the file, dirty, and the slot is free at once.
# Kernel: mm/shmem.c shmem_writeout(), shmem_swapin_folio(); fs/proc/task_mmu.c smap_gather_stats()

title "Shared memory in swap"
set swap = 16M
window 24p

mmap(@4, 4p, RW, SHARED|ANONYMOUS|FIXED, -1, 0) = @4
store(@4, 1p, 7)
store(@5, 1p, 8)
load(@6) = 0
Q = fork()
expect mm(P).rss_shmem == 3, mm(Q).rss_shmem == 0, sys().swap_free == 4095

step "out, but for the page that nobody stored to: that is dropped"
madvise(@4, 4p, MADV_PAGEOUT)
expect pte(@4).none, pte(@5).none, pte(@6).none
expect mm(P).rss_shmem == 0, mm(P).swap == 0, sys().swap_free == 4093
expect swap(@4).shared, swap(@4).count == 1, swap(@4).cached, content(@4) == 7
expect smaps(@4).swap == 8, smaps(Q:@4).swap == 8, smaps(@4).swap_pss == 0
mincore(@4, 4p)

step "back, for everybody, and dirty"
Q: load(@4) = 7
expect folio(Q:@4).dirty, !folio(Q:@4).swapcache, pte(Q:@4).dirty
expect sys().swap_free == 4094, pte(@4).none, mm(Q).rss_shmem == 1
load(@4) = 7
expect folio(@4) == folio(Q:@4)
store(@5, 1p, 9)
expect sys().swap_free == 4095
Q: load(@5) = 9
