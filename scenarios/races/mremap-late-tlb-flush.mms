# mremap() moves a word and drops the locks of both page tables before it flushes the old place
# (CVE-2018-18281, eb66ae030829, from 3.2 to 4.19). The file is cut off: the page is unmapped at the
# new place, the new place is flushed, the page is freed. Who still writes to it by the old place?
title "mremap flushes too late"
window 40p
set thp = never
bug mremap-late-tlb-flush

fd = memfd_create("m", 0)
ftruncate(fd, 4p)
mmap(@4, 1p, RW, SHARED|FIXED, fd, 0) = @4
store(@4, 1p, 1)
madvise(@4, 1p, MADV_COLD)		# no per-CPU batch holds the page any more
race {
	mover in P { mremap(@4, 1p, 1p, MAYMOVE|FIXED, @20) = @20 }
	cutter in P { ftruncate(fd, 0) }
	writer in P { store(@4, 1p, 2) = 0 or SIGSEGV or SIGBUS }
}
must violate stale-tlb
expect vmas(@4..@8) == 0
