# munmap() takes areas out, goes down to mmap_lock for reading, and then empties the page tables. Until 6.4 a stack
# grew under that lock (8d7071af8907), and from 4.20 to 5.7 munmap() did so next to a stack, too (CVE-2020-29369,
# 246c320a8cfe). A fault in the hole below the stack: whose page is emptied?
title "A stack grows into what munmap() is emptying"
window 40p
set thp = never
bug stack-grows-under-read-lock
bug munmap-downgrades-beside-stack

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
mmap(@8, 4p, RW, PRIVATE|ANONYMOUS|FIXED|GROWSDOWN)
store(@8, 1p, 1)
race {
	unmapper in P { munmap(@4, 4p) = 0 }
	pusher in P { store(@7, 1p, 9) = 0 }
}
must violate lost-store
