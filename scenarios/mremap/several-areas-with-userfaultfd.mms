# Areas that are registered with a userfaultfd: may they be part of a move over several areas?
#
# Not together with others.  As the first one nothing moves; as a later one those before it have
# moved.  Alone such an area moves.
# Kernel: mm/mremap.c vma_multi_allowed(), remap_move()

title "Registered areas do not move together with others"
window 120p

u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {features=0})

step "the first one is registered"
mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@3, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @3
munmap(@2, 1p)
UFFDIO_REGISTER(u, {start=@1, len=1p, mode=UFFDIO_REGISTER_MODE_MISSING})
mremap(@1, 3p, 3p, MAYMOVE|FIXED, @41) = -EFAULT
expect vmas(@1..@4) == 2

step "the last one is"
mmap(@11, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @11
mmap(@13, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @13
munmap(@12, 1p)
UFFDIO_REGISTER(u, {start=@13, len=1p, mode=UFFDIO_REGISTER_MODE_MISSING})
mremap(@11, 3p, 3p, MAYMOVE|FIXED, @51) = -EFAULT
expect vmas(@11..@12) == 0, vma(@51).len == 1p, vma(@13).len == 1p

step "alone it moves"
mremap(@1, 1p, 1p, MAYMOVE|FIXED, @61) = @61
