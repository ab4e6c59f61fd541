# A whole gigabyte moves between addresses that are multiples of one.  How many entries are moved?
#
# One: the table of 512 page tables goes along.
# Kernel: mm/mremap.c move_normal_pud()

title "mremap moves a gigabyte by one entry"

let a = 0x100000000000
let b = 0x200000000000
mmap(a, PUD, RW, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = a
mmap(b + PUD, 1p, RW, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = b + PUD
store(b + PUD)
store(a, 1p, 1)
store(a + 5*PMD + 3p, 1p, 2)
store(a + PUD - 1p, 1p, 3)
let tables = mm(P).pgtables
mremap(a, PUD, PUD, MAYMOVE|FIXED|DONTUNMAP, b) = b
expect mm(P).pgtables == tables
load(b) = 1
load(b + 5*PMD + 3p) = 2
load(b + PUD - 1p) = 3
load(a) = 0
