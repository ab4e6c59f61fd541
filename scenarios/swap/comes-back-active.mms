# A page that is read back so soon that there would have been room for it is active at once: since it
# went, fewer pages have gone than there are active ones and file pages.  It is of the working set only
# if it was active when it went.
# Kernel: mm/workingset.c workingset_eviction(), workingset_test_recent(), workingset_refault()

title "A page that comes back soon is active"
set swap = 16M
set swap.device = zram
window 24p

f = open("/file", O_RDWR|O_CREAT)
ftruncate(f, 8p)
mmap(@12, 8p, PROT_READ, SHARED|FIXED, f, 0) = @12
load(@12..@20)

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4, 1p, 7)
expect !folio(@4).active
madvise(@4, 1p, MADV_PAGEOUT)
load(@4) = 7
expect folio(@4).active, !folio(@4).workingset

# Now it goes as an active one.
madvise(@4, 1p, MADV_PAGEOUT)
load(@4) = 7
expect folio(@4).active, folio(@4).workingset
