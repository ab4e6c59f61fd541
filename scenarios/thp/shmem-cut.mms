# What is left of a huge page of a file that gets holes, or shorter?
window 4096p
set thp = never
f = memfd_create("x", 0)
ftruncate(f, 1536p)
mmap(@512, 1536p, RW, SHARED|FIXED, f, 0)
store(@512, 1536p, 3)
madvise(@512, 1536p, MADV_COLLAPSE) = 0
expect mm(P).rss_shmem == 1536
# out of line: small words for the same folios
mmap(@2049, 600p, RW, SHARED|FIXED, f, 0)
load(@2049) = 3
load(@2100) = 3
store(@2200, 1p, 4)
load(@2049 + 511p) = 3
load(@2049 + 513p) = 3
load(@2049 + 599p) = 3
load(@663) = 4
madvise(@2048, 1024p, MADV_COLLAPSE) = -EINVAL or -ENOMEM
# a hole
fallocate(f, KEEP_SIZE|PUNCH_HOLE, 100p, 5p)
load(@612) = 0
load(@611) = 3
load(@617) = 3
store(@613, 1p, 6)
fallocate(f, KEEP_SIZE|PUNCH_HOLE, 512p, 1p)
load(@1024) = 0
load(@1025) = 3
fallocate(f, KEEP_SIZE|PUNCH_HOLE, 1023p, 1p)
load(@1535) = 0
load(@1534) = 3
ftruncate(f, 1100p)
load(@512 + 1099p) = 3
load(@512 + 1100p) = SIGBUS
ftruncate(f, 1536p)
load(@512 + 1101p) = 0
madvise(@512, 1536p, MADV_COLLAPSE) = 0
load(@512 + 1099p) = 3
load(@613) = 6
