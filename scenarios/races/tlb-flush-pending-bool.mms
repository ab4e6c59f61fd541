# Which address spaces have flushes pending was a flag (16af97dc5a89, from 3.13 to 4.12), and the first of two changes
# to end cleared it. mprotect(PROT_NONE) has changed a word and not yet flushed; MADV_DONTNEED elsewhere ends;
# now migration thinks that nobody can reach the page, and copies it. What does a processor still reach?
title "Two changes of page tables and one flag"
window 3000p
set thp = never
bug tlb-flush-pending-bool

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
mmap(@2000, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
madvise(@4, 1p, MADV_COLD)		# no per-CPU batch holds the page any more
race {
	protector in P { mprotect(@4, 1p, NONE) = 0 }
	zapper in P {
		load(@4) = 7 or SIGSEGV
		madvise(@2000, 1p, MADV_DONTNEED) = 0
	}
	kcompactd { migrate(P:@4, 1p) = ? }
}
must violate stale-tlb
