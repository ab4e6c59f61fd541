# The page itself is stored to while it is relocated, by a processor that may have its translation.
title "A complete relocation against a store to the page"
set relocate_anon = complete
set thp = never
window 40p

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	mover in P { mremap(@4, 1p, 1p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @20) = @20 }
	thread in P.t { store(@4, 1p, 8) = 0 or SIGSEGV }
}
expect rmap(@20) == {P:@20}, folio(@20).index == @20 / PAGE
sometimes content(@20) == 7
sometimes content(@20) == 8
