# One thread unmaps a page while another loads from it. Does the reader ever see something
# that is neither the page nor the end of it?
title "munmap against a load"
window 40p
set thp = never

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	unmapper in P { munmap(@4, 1p) }
	reader in P { load(@4) = 7 or SIGSEGV }
}
expect vmas(@4..@8) == 1, mm(P).rss_anon == 0
