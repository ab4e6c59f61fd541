# Protection is taken away from shared memory: may it be written to at once?
#
# No: other than a private page, one of a file in memory waits for the next store, even if it was written to
# before.  Any change of protection does that to all written pages of an area which is registered so.
# Kernel: mm/mprotect.c vma_wants_manual_pte_write_upgrade(), mm/vma.c vma_wants_writenotify()

title "Shared pages stay read-only until written to"
window 40p

f = memfd_create("m", 0)
ftruncate(f, 4p)
mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@8, 4p, RW, SHARED|FIXED, f, 0) = @8
u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@0, len=4p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_WP})
store(@0)
store(@8)
expect pte(@0).write, pte(@8).write
UFFDIO_WRITEPROTECT(u, {start=@0, len=1p, mode=1})
UFFDIO_WRITEPROTECT(u, {start=@8, len=1p, mode=1})
UFFDIO_WRITEPROTECT(u, {start=@0, len=1p, mode=0})
UFFDIO_WRITEPROTECT(u, {start=@8, len=1p, mode=0})
expect pte(@0).write, !pte(@8).write, !pte(@8).uffd_wp, pte(@8).dirty
store(@8)
expect pte(@8).write
UFFDIO_UNREGISTER(u, {start=@8, len=4p})
expect !pte(@8).write
store(@8)
expect pte(@8).write
