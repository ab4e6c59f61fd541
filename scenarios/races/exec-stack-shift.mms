# execve() begins the new stack at the top of the address space, fills its first page, and moves it down to where it
# belongs. In between the area covers both places, and by its offset the page belongs to the lower one while its entry is
# still at the upper one. A migration has begun before that, and ends there (a8bef8ff6ea1, before 2.6.35): does it find
# the entry?
title "Migration of a stack that execve() moves"
set thp = never
set layout = stack
bug exec-stack-shift

munmap(0x7ffffffce000, 33p)		# the old stack
race {
	kcompactd { migrate(P:0x7fffffffe000, 1p) = 0 or -EAGAIN or -EBUSY or -ENOENT }
	execer in P { execve("/bin/true") }
}
must violate migration-entries
expect folio(P:0x7ffffffee000).mapcount == 1, vma(P:0x7ffffffee000).end == 0x7ffffffef000
never  pte(P:0x7ffffffee000).migration
