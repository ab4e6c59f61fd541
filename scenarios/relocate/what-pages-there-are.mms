# An area with all that a page table can hold is relocated: what becomes of each word?
title "MREMAP_RELOCATE_ANON: kinds of words"
set relocate_anon = v1
set thp = never
set swap = 16M
window 200p

mmap(@1, 12p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@1, 1p, 1)
store(@2, 1p, 2)
kswapd: reclaim(P:@2, 1p)
kswapd: shrink(1p)
load(@3) = 0
madvise(@5, 1p, MADV_GUARD_INSTALL)
mmap(@101, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
expect pte(@2).swap
mremap(@1, 12p, 12p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @106) = @106
expect vma(@101).end == @118, content(@106) == 1, pte(@107).swap, pte(@108).zero, pte(@109).none, pte(@110).guard
load(@107) = 2
expect folio(@107).index == @107 / PAGE, rmap(@107) == {P:@107}
load(@110) = SIGSEGV
store(@108, 1p, 3)
expect folio(@108).index == @108 / PAGE
