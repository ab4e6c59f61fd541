# A private mapping of shared memory: whose pages does smaps count as swapped?
#
# Its own copies by their words, and where it has none the file's, if it may write; both go out by MADV_PAGEOUT.
# Kernel: fs/proc/task_mmu.c smaps_pte_hole_lookup(); mm/shmem.c shmem_partial_swap_usage()

title "Private mappings of shared memory in swap"
set swap = 16M
window 40p

f = memfd_create("m", 0)
ftruncate(f, 8p)
mmap(@4, 8p, RW, SHARED|FIXED, f, 0) = @4
mmap(@16, 6p, RW, PRIVATE|FIXED, f, 1p) = @16
mmap(@24, 4p, READ, PRIVATE|FIXED, f, 0) = @24
store(@4, 8p, 7)
store(@16, 2p, 9)
madvise(@4, 8p, MADV_PAGEOUT)
expect smaps(@4).swap == 32, smaps(@16).swap == 16, smaps(@24).swap == 16
madvise(@16, 6p, MADV_PAGEOUT)
expect smaps(@16).swap == 24, smaps(@16).swap_pss == 8, pte(@16).swap
load(@16, 3p) = [9, 9, 7]
load(@24) = 7
store(@19, 1p, 5)
expect folio(@19).anon, content(@8) == 7
load(@8) = 7
madvise(@4, 24p, MADV_COLD)
mremap(@4, 8p, 8p, MAYMOVE|FIXED, @30) = @30
load(@30, 8p) = 7
