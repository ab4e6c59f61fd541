# A move which is not aligned alike goes entry by entry into new tables.
# Kernel: mm/mremap.c move_ptes()

title "mremap moves entries"
window 3000p

let a = (@0 + PMD - 1) & ~(PMD - 1)
mmap(a, 512p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = a
store(a, 512p, 6)
mremap(a, 512p, 512p, MAYMOVE|FIXED, a + 2*PMD + 1p) = a + 2*PMD + 1p
load(a + 2*PMD + 1p, 512p) = 6
expect folio(a + 2*PMD + 1p).index == a/PAGE
expect rmap(a + 2*PMD + 1p) == {P:(a + 2*PMD + 1p)}
