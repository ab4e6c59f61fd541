# Two threads touch a page for the first time, one writes and one reads. Which orders are
# there, and is the store ever lost?
title "Two first touches of one page"
window 40p
set thp = never

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
race {
	writer in P { store(@4, 1p, 7) }
	reader in P { load(@4) = 7 or 0 }
}
expect    content(@4) == 7, folio(@4).exclusive, folio(@4).mapcount == 1
sometimes pte(@4).young
never     pte(@4).zero
