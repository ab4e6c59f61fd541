# mremap() of pages in swap moves the words, exclusive bit and all. The page that comes back belongs to
# the new place.
# Kernel: mm/mremap.c move_ptes()

title "mremap() moves swap words"
set swap = 16M
window 24p

mmap(@4, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4..@7)
madvise(@4..@7, MADV_PAGEOUT)
mremap(@4, 3p, 3p, MAYMOVE|FIXED, @14) = @14
expect swap(@14).exclusive, vmas(@4..@7) == 0, mm(P).swap == 3
load(@14) = 1
store(@15, 1p, 8)
load(@16) = 3
expect folio(@14).exclusive, folio(@15).exclusive, rmap(@15) == {P:@15}
