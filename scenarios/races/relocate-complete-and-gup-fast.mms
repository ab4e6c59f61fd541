# A device takes the page without a lock while it is relocated: at which address it ever was, it has the page.
title "A complete relocation against the fast path of a device"
set relocate_anon = complete
set thp = never
window 40p

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	mover in P { mremap(@4, 1p, 1p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @20) = @20 }
	device in P.dev { gup_fast(@4, 1p, FOLL_PIN|FOLL_WRITE) = 0 or 1 }
}
expect content(@20) == 7, rmap(@20) == {P:@20}, folio(@20).index == @20 / PAGE
sometimes folio(@20).pinned
