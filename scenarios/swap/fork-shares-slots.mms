# Fork copies swap words: the slot counts two, and neither says exclusive any more. The first who
# touches the page finds it in the swap cache, or brings it there; for a load it is mapped read-only,
# for the other may still want it.
# Kernel: mm/memory.c copy_nonpresent_pte(), do_swap_page()

title "Fork shares pages in swap"
set swap = 16M
window 16p

mmap(@4, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4..@6)
madvise(@4..@6, MADV_PAGEOUT)
Q = fork()
expect swap(@4).count == 2, !swap(@4).exclusive, !swap(Q:@4).exclusive
expect mm(P).swap == 2, mm(Q).swap == 2
Q: load(@4) = 1
expect !pte(Q:@4).write, !folio(Q:@4).exclusive, swap(@4).count == 1
load(@4) = 1
expect folio(@4) == folio(Q:@4), rmap(@4) == {P:@4, Q:@4}
store(@4, 1p, 8)
Q: load(@4) = 1
load(@4) = 8
