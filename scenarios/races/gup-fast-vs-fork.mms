# A device takes a page without a lock, to write to it, while the process forks. Fork has looked for pins and found
# none; then the device has its pin, and finds its word as it was; then fork makes the page read-only and shares it
# (57efa1fe5957, before 5.11). Who has the page when the parent has stored?
title "GUP-fast does not see that fork has begun"
window 40p
set thp = never
bug gup-fast-vs-fork

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	forker in P { Q = fork() }
	device in P { gup_fast(@4, 1p, FOLL_PIN|FOLL_WRITE) = 0 or 1 }
}
must violate pins
store(@4, 1p, 9)
expect content(@4) == 9, content(Q:@4) == 7
