# UFFDIO_WRITEPROTECT changes words under mmap_lock for reading and flushes when it is done (6ce64428d620, from 5.7 to
# 5.11). Taking the protection off made a page read-only then, and a write fault copied a page of which anybody had
# another reference. Between the copy, here for a device, and its flush another thread stores to the old page: does
# the store survive?
title "A write fault copies before the flush"
window 40p
set thp = never
bug uffd-wp-deferred-flush
bug uffd-unprotect-clears-write
bug cow-copies-exclusive

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {api=UFFD_API, features=0})
UFFDIO_REGISTER(u, {start=@4, len=1p, mode=UFFDIO_REGISTER_MODE_WP})
race {
	monitor in P { UFFDIO_WRITEPROTECT(u, {start=@4, len=1p, mode=0}) = 0 }
	device in P { pin(@4, 1p, FOLL_GET|FOLL_WRITE) }
	writer in P {
		store(@4, 1p, 9)
		store(@4, 1p, 10)
	}
}
must violate lost-store
