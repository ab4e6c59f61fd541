# MREMAP_DONTUNMAP moves the pages and leaves the area.  What was left has no anon_vma any more
# but keeps its page offset, until it is moved itself.
# Kernel: mm/mremap.c dontunmap_complete()

title "What MREMAP_DONTUNMAP leaves behind"
window 80p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 4p, 7)
mremap(@1, 4p, 4p, MAYMOVE|FIXED, @20) = @20
a = mremap(@20, 4p, 4p, MAYMOVE|FIXED|DONTUNMAP, @40) = @40
load(@40, 4p) = 7
expect pte(@20).none, vma(@20).anon_vma == 0, vma(@20).pgoff == @1/PAGE
load(@20) = 0
mremap(@20, 4p, 4p, MAYMOVE|FIXED, @60) = @60
expect vma(@60).pgoff == @60/PAGE
