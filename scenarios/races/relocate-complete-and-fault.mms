# Another thread stores to memory while it is relocated: is the store lost, and is its page found?
title "A complete relocation against a store"
set relocate_anon = complete
set thp = never
window 40p

mmap(@4, 2p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	mover in P { mremap(@4, 2p, 2p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @20) = @20 }
	thread in P.t { store(@5, 1p, 8) = 0 or SIGSEGV }
}
expect content(@20) == 7, rmap(@20) == {P:@20}, folio(@20).index == @20 / PAGE
sometimes pte(@21).none
sometimes pte(@21).present
