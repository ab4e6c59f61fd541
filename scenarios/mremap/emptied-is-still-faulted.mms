# All pages are dropped with MADV_DONTNEED before the move.  Is the area as good as untouched?
#
# No: it still has its anon_vma, and that decides.
# Kernel: mm/vma.c copy_vma()

title "An emptied area is not an untouched one"
window 60p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1)
madvise(@1, 4p, MADV_DONTNEED)
expect pte(@1).none, vma(@1).anon_vma != 0
mremap(@1, 4p, 4p, MAYMOVE|FIXED, @20) = @20
expect vma(@20).pgoff == @1/PAGE
