# A file is cut short while it is mapped: access behind its end is SIGBUS, and private copies of what
# was cut are gone too.
# Kernel: mm/memory.c unmap_mapping_range(), mm/filemap.c filemap_fault()

title "Truncation and SIGBUS"
window 40p

f = memfd_create("m", 0)
ftruncate(f, 4p)
mmap(@1, 4p, RW, SHARED|FIXED, f, 0) = @1
mmap(@10, 4p, RW, PRIVATE|FIXED, f, 0) = @10
store(@3, 1p, 3)
store(@12, 1p, 8)
ftruncate(f, 2p)
expect pte(@3).none, pte(@12).none
Q = fork()
R = fork()
Q: load(@3) = SIGBUS
R: load(@12) = SIGBUS
ftruncate(f, 4p)
load(@3) = 0
