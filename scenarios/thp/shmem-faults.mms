# Who gets a huge page of shared memory by a fault?
window 4096p
set thp.shmem_enabled = advise
f = memfd_create("x", 0)
ftruncate(f, 1024p)
mmap(@512, 1024p, RW, SHARED|FIXED, f, 0)
store(@512, 1p, 3)
expect mm(P).rss_shmem == 1
madvise(@512, 1024p, MADV_HUGEPAGE)
store(@513, 1p, 3)
store(@1024, 1p, 3)
expect mm(P).rss_shmem == 514
mmap(@2048, 512p, RW, SHARED|FIXED|ANONYMOUS, -1, 0)
store(@2048, 1p, 3)
expect mm(P).rss_shmem == 515
mmap(@2048, 512p, RW, SHARED|FIXED|ANONYMOUS, -1, 0)
madvise(@2048, 512p, MADV_HUGEPAGE)
load(@2050) = 0
store(@2048, 1p, 3)
Q = fork()
Q: load(@2048) = 3
Q: munmap(@2048, 10p)
mmap(@2561, 511p, RW, PRIVATE|FIXED, f, 513p)
load(@2700) = 0
store(@2701, 1p, 4)
load(@2702) = 0
madvise(@512, 1024p, MADV_NOHUGEPAGE)
madvise(@512, 1024p, MADV_DONTNEED)
load(@1025) = 0
store(@1026, 1p, 5)
