# An area may only be written to, and a device wants to read from it.  Does it get the pages?
#
# Those that are there, for the fast path looks at page tables and not at areas, and an entry that may
# not be read does not exist.  What has to be brought in is refused by the slow path, which looks at
# areas; but a device that got fewer pages than it asked for asks again, so that a page that
# is there can follow one that was not.  Somebody else's memory is never had by the fast path.
# Kernel: mm/gup.c gup_fast_pte_range(), check_vma_flags(); fs/splice.c iter_to_pipe()

title "Memory that may not be read, and devices"
window 20p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 1p, 4)
mprotect(@1, 2p, PROT_WRITE)
pin(@1, 1p, FOLL_PIN)
expect device(@1) == 4
unpin(@1, 1p)
pin(@1, 1p, FOLL_GET)
unpin(@1, 1p)
pin(@2, 1p, FOLL_PIN) = -EFAULT
pin(@2, 1p, FOLL_GET) = -EFAULT
pin(@1, 2p, FOLL_PIN) = -EFAULT
expect pte(@2).none, folio(@1).pinned == 0
pin(@1, 1p, FOLL_PIN|FOLL_REMOTE) = -EFAULT

note "a page that is not there, and may be read, before one that is there and may not"
mmap(@5, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
mmap(@6, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @6
store(@6, 1p, 7)
mprotect(@6, 1p, PROT_WRITE)
pin(@5, 2p, FOLL_PIN|FOLL_REMOTE) = -EFAULT
expect pte(@5).zero
pin(@5, 2p, FOLL_PIN)
expect device(@6) == 7
unpin(@5, 2p)
pin(@5, 2p, FOLL_GET)
unpin(@5, 2p)

note "io_uring asks once, but to write, which is the same for both paths"
pin(@5, 2p)
expect !pte(@5).zero, device(@6) == 7
