# A guard region in a file mapping: does it survive when the file is cut short, or a hole is punched
# under it?
#
# Yes, both: the markers are the mapping's and not the file's.
# Kernel: mm/memory.c zap_pte_range()

title "Guard regions outlive what they guard"
window 20p

f = memfd_create("m", 0)
ftruncate(f, 4p)
mmap(@1, 4p, RW, SHARED|FIXED, f, 0) = @1
store(@3)
madvise(@2, 1p, MADV_GUARD_INSTALL)
fallocate(f, FALLOC_FL_PUNCH_HOLE|FALLOC_FL_KEEP_SIZE, 0, 4p)
expect pte(@2).guard, pte(@3).none
ftruncate(f, 0)
expect pte(@2).guard
load(@2) = SIGSEGV
