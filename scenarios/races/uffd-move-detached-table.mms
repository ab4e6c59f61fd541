# UFFDIO_MOVE has found the page table of its destination, empty; MADV_DONTNEED finds it empty as well and takes it out
# of the page tables. The lock of the table can still be had, and the word in it is none, as it was: only a second look
# at the PMD tells. Where is the page without one?
title "UFFDIO_MOVE into a table that is gone"
window 6M
set thp = never
bug uffd-move-no-pmd-recheck

mmap(@1024, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@1024, 1p, 7)
mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED)
store(@0, 1p, 1)
madvise(@0, 1p, MADV_DONTNEED)
u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {api=UFFD_API, features=0})
UFFDIO_REGISTER(u, {start=@0, len=2M, mode=UFFDIO_REGISTER_MODE_MISSING})
race {
	mover in P { UFFDIO_MOVE(u, {dst=@3, src=@1024, len=1p, mode=0}) = 0 or -EEXIST }
	thrower in P { madvise(@0, 2M, MADV_DONTNEED) = 0 }
}
must violate pgtable-lifetime
expect pte(@1024).none
sometimes content(@3) == 7
