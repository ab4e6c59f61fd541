# A move takes a whole page table along if it can.  Which moves can?
#
# Both ends aligned to 2 MiB.  An unaligned start is rounded down when both addresses have the same
# offset, and nothing else lies below them in their tables.
# Kernel: mm/mremap.c move_page_tables(), try_realign_addr()

title "Which moves take page tables along"
window 12*PMD

let a = (@0 + PMD - 1) & ~(PMD - 1)
let b = a + 6*PMD
munmap(@0, 12*PMD)

step "aligned: no table is added although the old area stays"
mmap(a, PMD, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = a
mmap(a + 11*PMD - 1p, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(a, PMD, 1)
let tables = mm(P).pgtables
mremap(a, PMD, PMD, MAYMOVE|FIXED|DONTUNMAP, b) = b
expect mm(P).pgtables == tables
load(b, PMD) = 1
munmap(a, PMD)
munmap(b, PMD)

step "the same offset, and free below: realigned"
mmap(a + 256p, PMD, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = a + 256p
store(a + 256p, 256p, 2)
let tables = mm(P).pgtables
mremap(a + 256p, PMD, PMD, MAYMOVE|FIXED|DONTUNMAP, b + 256p) = b + 256p
expect mm(P).pgtables == tables
load(b + 256p, 256p) = 2
munmap(a, 2*PMD)
munmap(b, 2*PMD)

step "something below the source: entry by entry, into a table of its own"
mmap(a + 256p, PMD, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = a + 256p
mmap(a, 1p, PROT_READ, PRIVATE|ANONYMOUS|FIXED, -1, 0) = a
store(a + 256p, 256p, 3)
let tables = mm(P).pgtables
mremap(a + 256p, PMD, PMD, MAYMOVE|FIXED|DONTUNMAP, b + 256p) = b + 256p
expect mm(P).pgtables == tables + PAGE
load(b + 256p, 256p) = 3
munmap(a, 2*PMD)
munmap(b, 2*PMD)

step "something below the destination: the same"
mmap(a + 256p, PMD, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = a + 256p
mmap(b, 1p, PROT_READ, PRIVATE|ANONYMOUS|FIXED, -1, 0) = b
store(a + 256p, 256p, 5)
let tables = mm(P).pgtables
mremap(a + 256p, PMD, PMD, MAYMOVE|FIXED|DONTUNMAP, b + 256p) = b + 256p
expect mm(P).pgtables == tables + PAGE
munmap(a, 2*PMD)
munmap(b, 2*PMD)

step "not from the start of its area: the same"
mmap(a + 255p, PMD, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = a + 255p
store(a + 256p, 256p, 6)
let tables = mm(P).pgtables
mremap(a + 256p, PMD - 1p, PMD - 1p, MAYMOVE|FIXED|DONTUNMAP, b + 256p) = b + 256p
expect mm(P).pgtables == tables + PAGE
munmap(a, 2*PMD)
munmap(b, 2*PMD)

step "another offset: entry by entry"
mmap(a, PMD, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = a
store(a, PMD, 4)
let tables = mm(P).pgtables
mremap(a, PMD, PMD, MAYMOVE|FIXED|DONTUNMAP, b + 1p) = b + 1p
expect mm(P).pgtables == tables + 2*PAGE
load(b + 1p, PMD) = 4
