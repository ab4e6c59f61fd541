# What was swapped out in one piece comes back in one, if that is asked for: when?
#
# From a device that reads at once, into folios of the sizes that are enabled, below 2 MiB. The words of
# the block must all be there, alike, with slots in a row that begin where the block does, and none of
# them in the swap cache. A range under userfaultfd's eyes gets single pages.
# Kernel: mm/memory.c alloc_swap_folio(), can_swapin_thp()

title "Swapping in several pages at once"
set swap = 16M
set swap.device = zram
set thp.64K = always

x = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 2M, MADV_HUGEPAGE)
store(x)
store(x + 5p, 1, 7)
expect pte(x).huge
madvise(x, 2M, MADV_PAGEOUT)
expect mm(P).swap == 512

step "16 pages of the huge page that it was, exclusive and writable; their slots are free"
load(x + 5p) = 7
expect folio(x).order == 4, folio(x + 15p) == folio(x), pte(x + 16p).swap
expect folio(x).mapcount == 16, folio(x).exclusive, pte(x).write, pte(x).dirty == 0
expect sys().swap_free == 4095 - 496, folio(x).index == vma(x).pgoff

step "a store makes all entries dirty"
store(x + 17p)
expect pte(x + 31p).dirty, folio(x + 16p).order == 4

step "a hole in the block, or a word that was shared: single pages"
madvise(x + 33p, 1p, MADV_DONTNEED)
load(x + 40p) = 0
expect folio(x + 40p).order == 0, pte(x + 41p).swap
mprotect(x + 48p, 16p, PROT_READ)
load(x + 50p) = 0
expect folio(x + 48p).order == 4, pte(x + 48p).write == 0, folio(x + 48p).exclusive

step "words that moved away from where they were aligned"
y = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
mremap(x + 64p, 16p, 16p, MAYMOVE|FIXED, y + 1p)
load(y + 2p) = 0
expect folio(y + 2p).order == 0
mremap(x + 80p, 16p, 16p, MAYMOVE|FIXED, y + 32p)
load(y + 33p) = 0
expect folio(y + 32p).order == 4

step "folios of that size go out and come back alike"
madvise(x, 16p, MADV_PAGEOUT)
expect pte(x).swap, swap(x).slot % 16 == 0
load(x + 5p) = 7
expect folio(x).order == 4
