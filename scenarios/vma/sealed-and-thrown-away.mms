# Sealed memory: may its content be thrown away?
#
# Yes where it is writable anyway, and no where it is read-only anonymous memory.
# Kernel: mm/mseal.c can_modify_vma_madv()

title "Sealed memory and MADV_DONTNEED"
window 40p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 2p, 7)
mprotect(@2, 1p, PROT_READ)
mseal(@1, 2p, 0)
madvise(@1, 1p, MADV_DONTNEED)
load(@1) = 0
madvise(@2, 1p, MADV_DONTNEED) = -EPERM
madvise(@2, 1p, MADV_FREE) = -EPERM
madvise(@2, 1p, MADV_DONTFORK) = -EPERM
madvise(@2, 1p, MADV_WIPEONFORK) = -EPERM
madvise(@2, 1p, MADV_GUARD_INSTALL) = -EPERM
madvise(@2, 1p, MADV_DONTDUMP)
mlock(@2, 1p)
load(@2) = 7

step "a file behind it: nothing is lost"
f = memfd_create("m", 0)
ftruncate(f, 1p)
mmap(@10, 1p, PROT_READ, SHARED|FIXED, f, 0) = @10
mseal(@10, 1p, 0)
madvise(@10, 1p, MADV_DONTNEED)
