# The upper half of a page table's range is moved into the range of the table before it, inside one
# area.
# Kernel: tools/testing/selftests/mm/mremap_test.c mremap_move_within_range

title "A move within one area, from table to table"
window 6*PMD

let a = (@0 + PMD - 1) & ~(PMD - 1)
mmap(a, 4*PMD, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = a
store(a, 256p, 1)
store(a + 256p, 256p, 2)
store(a + PMD + 256p, 256p, 3)
mremap(a + PMD + 256p, 256p, 256p, MAYMOVE|FIXED, a + 256p) = a + 256p
load(a, 256p) = 1
load(a + 256p, 256p) = 3
expect vmas(a + PMD..a + 2*PMD) == 1, vma(a + PMD).end == a + PMD + 256p
