# A part is thrown away while it is relocated, and a device looks on.
title "A complete relocation against MADV_DONTNEED"
set relocate_anon = complete
set thp = never
window 40p

mmap(@4, 2p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 2p, 7)
race {
	mover in P { mremap(@4, 2p, 2p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @20) = @20 }
	thrower in P.t { madvise(@4, 1p, MADV_DONTNEED) = 0 or -ENOMEM }
}
expect content(@21) == 7, rmap(@21) == {P:@21}
sometimes pte(@20).none
sometimes pte(@20).present
