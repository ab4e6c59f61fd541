# Do private mappings, promised pages and locked memory have huge pages of a file?
window 4096p
set thp = never
f = memfd_create("x", 0)
ftruncate(f, 512p)
mmap(@512, 512p, RW, SHARED|FIXED, f, 0)
store(@512, 10p, 3)
mmap(@1024, 512p, RW, PRIVATE|FIXED, f, 0)
load(@1024) = 3
madvise(@1024, 512p, MADV_COLLAPSE) = 0
expect mm(P).rss_shmem == 512
load(@512) = 3
expect mm(P).rss_shmem == 1024
store(@1025, 1p, 4)
expect mm(P).rss_anon == 1
load(@513) = 3
load(@1026) = 3
Q = fork()
Q: load(@1026) = 3
Q: load(@1025) = 4
Q: load(@512) = 3
madvise(@512, 512p, MADV_DONTNEED)
load(@512) = 3
munmap(@512, 1024p)
# promised pages
g = memfd_create("y", 0)
fallocate(g, 0, 0, 512p)
mmap(@512, 512p, RW, SHARED|FIXED, g, 0)
madvise(@512, 512p, MADV_COLLAPSE) = 0
load(@512) = 0
munmap(@512, 512p)
# locked memory
h = memfd_create("z", 0)
ftruncate(h, 512p)
mmap(@512, 512p, RW, SHARED|FIXED, h, 0)
mlock(@512, 512p)
store(@512, 10p, 3)
madvise(@512, 512p, MADV_COLLAPSE) = 0
load(@512) = 3
munlock(@512, 512p)
mlock(@512, 512p)
munlock(@512, 512p)
madvise(@512, 512p, MADV_COLD)
madvise(@512, 10p, MADV_COLD)
load(@512) = 3
