# A page that a device has must stay where it is. UFFDIO_MOVE takes its word out first, and looks for pins then; GUP-fast
# takes its pin first, and looks at the word again then: one of the two sees the other. If UFFDIO_MOVE looks before,
# neither does. Who has the page?
title "UFFDIO_MOVE looks for pins too early"
window 40p
set thp = never
bug uffd-move-pin-order

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
mmap(@20, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {api=UFFD_API, features=0})
UFFDIO_REGISTER(u, {start=@20, len=1p, mode=UFFDIO_REGISTER_MODE_MISSING})
race {
	mover in P { UFFDIO_MOVE(u, {dst=@20, src=@4, len=1p, mode=0}) = 0 or -EBUSY }
	device in P { gup_fast(@4, 1p, FOLL_PIN|FOLL_WRITE) = 0 or 1 }
}
must violate pins
sometimes content(@20) == 7
sometimes content(@4) == 7
