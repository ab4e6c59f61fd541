# A move by whole 2 MiB ranges takes the page-table page along instead of its 512 entries.
# Kernel: mm/mremap.c move_normal_pmd(), move_pgt_entry()

title "mremap moves page tables"
window 3000p

let a = (@0 + PMD - 1) & ~(PMD - 1)
mmap(a, 512p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = a
store(a, 512p, 6)
let t = mm(P).pgtables
let f = folio(a + 5p)
mremap(a, 512p, 512p, MAYMOVE|FIXED, a + 2*PMD) = a + 2*PMD
expect folio(a + 2*PMD + 5p) == f
load(a + 2*PMD, 512p) = 6
expect mm(P).pgtables == t
