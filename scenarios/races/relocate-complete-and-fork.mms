# The process forks while its memory is relocated: the child has it at the one place or at the other, and
# both are found.
title "A complete relocation against fork"
set relocate_anon = complete
set thp = never
window 40p

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	mover in P { mremap(@4, 1p, 1p, MAYMOVE|FIXED|RELOCATE_ANON, @20) = @20 }
	forker in P.t { C = fork() }
}
expect content(@20) == 7, folio(@20).mapcount == 2
sometimes vmas(C:@20..@21) == 1 && rmap(@20) == {P:@20, C:@20}
sometimes vmas(C:@4..@5) == 1 && rmap(@20) == {P:@20, C:@4}
