# mremap() moves a page table as a whole. Who came by the rmap has computed the old address and holds the lock of
# the table, which moves along: he takes the word out at the new place and flushes the old one (CVE-2022-41222,
# 97113eb39fa7, up to 5.13). What does a thread that has used the new place still reach?
title "A page table moves under an rmap walk"
window 3000p
set thp = never
bug mremap-pmd-without-rmap-locks

let a = (@0 + PMD - 1) & ~(PMD - 1)
fd = memfd_create("m", 0)
ftruncate(fd, 512p)
mmap(a, 512p, RW, SHARED|FIXED, fd, 0) = a
store(a, 1p, 1)
race {
	mover in P { mremap(a, 512p, 512p, MAYMOVE|FIXED, a + 2*PMD) = a + 2*PMD }
	cutter in P { ftruncate(fd, 0) }
	reader in P { load(a + 2*PMD) = 1 or SIGSEGV or SIGBUS }
}
must violate stale-tlb
must violate page-cache
expect vmas(a..a + 1p) == 0
