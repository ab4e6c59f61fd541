# The parent writes after a fork, to each kind of page: does the child see it?
#
# It does not.  Whatever the page is a part of, the store finds it not exclusive and copies it.
# Kernel: tools/testing/selftests/mm/cow.c "Basic COW after fork()"; mm/memory.c do_wp_page()

title "Writes after fork(), to all kinds of pages"
include "kinds.mms"

Q = fork()
for i in 0..last {
	store(x + i * 4M, 1p, 6)
	Q: load(x + i * 4M) = 5
	expect content(x + i * 4M) == 6, folio(x + i * 4M).exclusive, folio(x + i * 4M) != folio(Q:x + i * 4M)
}
