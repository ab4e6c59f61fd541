# swapoff() brings back what is in swap. How does it look afterwards? Read-only, old and clean, for nobody
# touched it; dirty as a folio, for its slot is gone; exclusive where the word said so. Two who shared a
# slot share a page.
# Kernel: mm/swapfile.c try_to_unuse(), unuse_pte()

title "swapoff() brings everything back"
set swap = 16M
window 16p

mmap(@4, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4..@6)
madvise(@4..@6, MADV_PAGEOUT)
Q = fork()
store(@6)
madvise(@6, 1p, MADV_PAGEOUT)
swapoff("/swap") = 0
expect mm(P).swap == 0, mm(Q).swap == 0, sys().swap_free == 0
expect !pte(@6).write, !pte(@6).young, !pte(@6).dirty, folio(@6).dirty, folio(@6).exclusive
expect folio(@4) == folio(Q:@4), !folio(@4).exclusive, rmap(@4) == {P:@4, Q:@4}
store(@6, 1p, 9)
store(@4, 1p, 8)
Q: load(@4) = 1
