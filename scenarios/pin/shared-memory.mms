# Devices and memory that is shared anyway: what is different?
#
# Nothing is exclusive there and nothing is copied; fork leaves pinned pages alone as all others.  A
# private mapping of the same file gives the file's page to a device that reads, and one of its own to a
# device that writes.
# Kernel: mm/gup.c gup_must_unshare(), mm/memory.c copy_present_ptes()

title "Pins and shared memory"
window 20p

fd = memfd_create("m", 0)
ftruncate(fd, 4p)
mmap(@1, 1p, RW, SHARED|FIXED, fd, 0) = @1
mmap(@3, 1p, RW, PRIVATE|FIXED, fd, 0) = @3
mmap(@5, 1p, RW, PRIVATE|FIXED, fd, 0) = @5
store(@1, 1p, 4)
pin(@1, 1p)
expect folio(@1).pinned, folio(@1).anon == 0
Q = fork()
Q: load(@1) = 4
expect folio(Q:@1) == folio(@1)
Q: store(@1, 1p, 5)
expect device(@1) == 5
load(@3) = 5
pin(@3, 1p, FOLL_PIN)
expect folio(@3) == folio(@1)
pin(@5, 1p)
expect folio(@5).anon, folio(@5).exclusive, pte(@5).write
store(@5, 1p, 6)
expect device(@5) == 6, device(@3) == 5
load(@1) = 5
