# A move that begins and ends inside areas, over a hole: what is cut off stays where it is.
# Kernel: tools/testing/selftests/mm/mremap_test.c multiple VMAs, split

title "A move that cuts the areas at its ends"
window 100p

mmap(@1, 10p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 10p, 6)
munmap(@6, 1p)
mremap(@3, 7p, 7p, MAYMOVE|FIXED, @43) = @43
expect vma(@1).end == @3, vma(@10).start == @10, vmas(@3..@10) == 0
load(@43, 3p) = 6
load(@47, 3p) = 6
expect vma(@43).len == 3p, vma(@47).len == 3p
