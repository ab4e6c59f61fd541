# A memfd is sealed against writing.  How may it still be mapped?
#
# Privately, and shared for reading; but such a mapping can never become writable.
# Kernel: mm/memfd.c memfd_check_seals_mmap()

title "F_SEAL_WRITE"
window 40p

f = memfd_create("m", MFD_ALLOW_SEALING)
ftruncate(f, 4p)
fcntl(f, F_ADD_SEALS, F_SEAL_WRITE)
mmap(@1, 1p, RW, SHARED|FIXED, f, 0) = -EPERM
mmap(@1, 1p, PROT_READ, SHARED|FIXED, f, 0) = @1
expect vma(@1).flags.mw == 0, vma(@1).flags.sh
mprotect(@1, 1p, RW) = -EACCES
mmap(@5, 1p, RW, PRIVATE|FIXED, f, 0) = @5
store(@5, 1p, 4)
load(@1) = 0

step "a writable mapping keeps the file from being sealed"
g = memfd_create("n", MFD_ALLOW_SEALING)
ftruncate(g, 4p)
mmap(@10, 1p, RW, SHARED|FIXED, g, 0) = @10
fcntl(g, F_ADD_SEALS, F_SEAL_WRITE) = -EBUSY
munmap(@10, 1p)
fcntl(g, F_ADD_SEALS, F_SEAL_WRITE) = 0
