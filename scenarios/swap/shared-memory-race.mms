# Two fault on a page of shared memory in swap, and a third cuts the file: is it read once?
#
# Both find the same entry, and only one can put the page in its place; the other looks again. Where the file is cut
# meanwhile the entry is gone, and the access is behind the end of the file.
# Kernel: mm/shmem.c shmem_swapin_folio(), shmem_add_to_page_cache(), shmem_free_swap()

title "Two faults and a cut"
set swap = 16M
window 12p

f = memfd_create("m", 0)
ftruncate(f, 1p)
mmap(@4, 1p, RW, SHARED|FIXED, f, 0) = @4
store(@4, 1p, 7)
madvise(@4, 1p, MADV_PAGEOUT)
Q = fork()
race {
	first  in P { load(@4) = 7 or SIGBUS }
	second in Q { load(@4) = 7 or SIGBUS }
	cutter in P.c { ftruncate(f, 0) }
}
expect sys().swap_free == 4095
expect mm(P).rss_shmem == 0, mm(Q).rss_shmem == 0
