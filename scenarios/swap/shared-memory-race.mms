# Two fault on a page of shared memory in swap: is it read once?
#
# Both may read it, but only one can put the page in place of the entry; the other looks again, and finds it.
# Kernel: mm/shmem.c shmem_swapin_folio(), shmem_add_to_page_cache()

title "Two faults on shared memory in swap"
set swap = 16M
set swap.device = zram
window 12p

mmap(@4, 1p, RW, SHARED|ANONYMOUS|FIXED, -1, 0) = @4
store(@4, 1p, 7)
madvise(@4, 1p, MADV_PAGEOUT)
Q = fork()
race {
	first  in P { load(@4) = 7 }
	second in Q { load(@4) = 7 }
}
expect sys().swap_free == 4095
expect folio(@4) == folio(Q:@4), folio(@4).mapcount == 2
