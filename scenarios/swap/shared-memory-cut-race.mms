# A fault brings back a page of shared memory, and the file is cut meanwhile: who wins?
#
# Either the page is there before, and goes, or the entry is gone when the page is to take its place: then the access
# is behind the end of the file.
# Kernel: mm/shmem.c shmem_swapin_folio(), shmem_free_swap()

title "A fault and a cut"
set swap = 16M
window 12p

f = memfd_create("m", 0)
ftruncate(f, 1p)
mmap(@4, 1p, RW, SHARED|FIXED, f, 0) = @4
store(@4, 1p, 7)
madvise(@4, 1p, MADV_PAGEOUT)
race {
	first  in P { load(@4) = 7 or SIGBUS }
	cutter in P.c { ftruncate(f, 0) }
}
expect    mm(P).rss_shmem == 0, pte(@4).none
expect    sys().swap_free == 4095
