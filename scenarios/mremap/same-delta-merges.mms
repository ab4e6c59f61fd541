# Two neighbours with the same anon_vma are moved one by one by the same distance.  They are one
# again at their new place: their offsets still continue each other.
# Kernel: mm/vma.c vma_merge_copied_range()

title "Moved by the same distance, pieces merge again"
window 80p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 8p)
mremap(@1, 4p, 4p, MAYMOVE|FIXED, @41) = @41
mremap(@5, 4p, 4p, MAYMOVE|FIXED, @45) = @45
expect vma(@41).start == @41, vma(@41).end == @49
