# What becomes of others that map shared memory when it becomes huge?
window 4096p
set thp = never

# nothing in the cache: there is nothing to collapse
e = memfd_create("empty", 0)
ftruncate(e, 512p)
mmap(@512, 512p, RW, SHARED|FIXED, e, 0)
madvise(@512, 512p, MADV_COLLAPSE) = -EINVAL
# one page is enough, be it the last
store(@1023, 1p, 5)
madvise(@512, 512p, MADV_COLLAPSE) = 0
load(@512) = 0
load(@1023) = 5
expect mm(P).rss_shmem == 512
munmap(@512, 512p)

# two processes
f = memfd_create("x", 0)
ftruncate(f, 1024p)
mmap(@512, 512p, RW, SHARED|FIXED, f, 0)
store(@512, 4p, 7)
Q = fork()
Q: load(@513) = 7
expect mm(Q).rss_shmem == 4
Q: mmap(@1536, 512p, RW, PRIVATE|FIXED, f, 0)
Q: store(@1537, 1p, 8)
Q: load(@1536) = 7
madvise(@512, 512p, MADV_COLLAPSE) = 0
expect mm(P).rss_shmem == 512
expect mm(Q).rss_shmem == 0
Q: load(@514) = 7
Q: load(@1538) = 7
Q: load(@1537) = 8
# a private mapping that has been written to keeps its small words
Q: madvise(@1536, 512p, MADV_COLLAPSE) = -EINVAL
Q: load(@1539) = 7
Q: madvise(@512, 512p, MADV_COLLAPSE) = 0
Q: store(@515, 1p, 9)
load(@515) = 9
# cut
mprotect(@600, 1p, PROT_READ)
load(@515) = 9
mprotect(@512, 512p, PROT_READ)
load(@512) = 7
mprotect(@512, 512p, RW)
store(@512, 2p, 1)
Q: load(@512) = 1
mremap(@512, 512p, 512p, MAYMOVE|FIXED, @2048) = @2048
load(@2049) = 1
mremap(@2048, 512p, 512p, MAYMOVE|FIXED, @512) = @512
mremap(@512, 256p, 256p, MAYMOVE|FIXED, @2560) = @2560
load(@2560) = 1
load(@800) = 0
munmap(@2560, 256p)
munmap(@768, 100p)
load(@900) = 0
