# The parent forks, makes each kind of page read-only and writable again, and writes: does the child see it?
#
# It does not: mprotect() maps only exclusive pages writable.
# Kernel: tools/testing/selftests/mm/cow.c "Basic COW after fork() with mprotect() optimization";
# mm/mprotect.c can_change_pte_writable(), mm/huge_memory.c can_change_pmd_writable()

title "fork(), mprotect() and writes, to all kinds of pages"
include "kinds.mms"

Q = fork()
for i in 0..last {
	let p = x + i * 4M
	mprotect(p, 1p, READ)
	mprotect(p, 1p, RW)
	expect pte(p).write == 0
	store(p, 1p, 6)
	Q: load(p) = 5
	expect content(p) == 6, folio(p).exclusive
}
