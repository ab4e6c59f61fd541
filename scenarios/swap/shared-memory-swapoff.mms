# swapoff() with pages of shared memory out: where are they afterwards?
#
# In their files, dirty, and mapped by nobody.
# Kernel: mm/shmem.c shmem_unuse(); mm/swapfile.c try_to_unuse()

title "swapoff() and shared memory"
set swap = 16M
window 24p

mmap(@4, 4p, RW, SHARED|ANONYMOUS|FIXED, -1, 0) = @4
mmap(@12, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @12
store(@4, 4p, 7)
store(@12, 4p, 8)
madvise(@4, 12p, MADV_PAGEOUT)
expect sys().swap_free == 4087, pte(@12).swap, pte(@4).none
swapoff("/swap")
expect sys().swap_free == 0, pte(@12).present, pte(@4).none, mm(P).rss_shmem == 0
expect smaps(@4).swap == 0
load(@4, 4p) = 7
expect folio(@4).dirty
note "without a device they lose their words, and stay"
madvise(@4, 4p, MADV_PAGEOUT)
expect pte(@4).none
load(@4) = 7
