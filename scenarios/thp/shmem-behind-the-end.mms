# Is there more to see of a huge page of shared memory than its file has?
title "a huge page, and where the file ends"
set thp.shmem_enabled = always
window 1536p
f = memfd_create("m", 0)
ftruncate(f, 1p)
# the private copy takes the huge page into the cache
mmap(@1024, 512p, RW, PRIVATE|FIXED, f, 0)
store(@1024, 1p, 119)
# what does not hold all of it gets what is in the file
mprotect(@1535, 1p, NONE)
load(@1024) = 119
load(@1025) = SIGBUS
# a leaf, or a table for all of it, shows all
mmap(@512, 512p, RW, SHARED|FIXED, f, 0)
load(@512) = 0
load(@600) = 0
