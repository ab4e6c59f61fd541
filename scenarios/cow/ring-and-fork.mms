# A ring has each kind of page registered, and the parent forks and writes: what goes out?
#
# The new data: the parent keeps the page that the ring has, and the child is given a copy by fork(); of a huge page
# one of whose pages is pinned, copies of all.
# Kernel: tools/testing/selftests/mm/cow.c "fork() with an iouring fixed buffer"; mm/memory.c copy_present_page(),
# mm/huge_memory.c copy_huge_pmd()

title "A ring's pages and fork(), for all kinds"
include "kinds.mms"

for i in 0..last {
	pin(x + i * 4M, 1p)
}
Q = fork()
for i in 0..last {
	let p = x + i * 4M
	expect folio(Q:p) != folio(p), folio(Q:p).order == 0, folio(Q:p).exclusive, folio(p).exclusive
	store(p, 1p, 6)
	expect device(p) == 6
	Q: load(p) = 5
}
expect pte(x + 3 * 4M).huge == 0, folio(Q:x + 3 * 4M + 9p).order == 0, folio(Q:x + 2 * 4M + 9p).order == 0
