# When does khugepaged learn of a process that maps shared memory?
title "khugepaged knows of shared memory as soon as it is mapped"
set thp = never
set thp.2M = madvise
set thp.shmem_enabled = always
window 1536p
f = memfd_create("m", 0)
ftruncate(f, 760p)
mmap(@0, 1528p, RW, PRIVATE|FIXED, f, 0)
# what lies around is mapped page by page
load(@559) = 0
# its table goes, and the next fault puts a leaf there
khugepaged: scan(P)
load(@516) = 0
