# Where does shared memory go that may have huge pages?
window 1536p
set thp.shmem_enabled = advise
f = memfd_create("x", 0)
ftruncate(f, 4M)
# in line with the file, 2 MiB and more
a = mmap(NULL, 512p, RW, SHARED, f, 0)
expect a % 2M == 0
b = mmap(NULL, 600p, RW, SHARED, f, 500p)
expect (b - 500p) % 2M == 0
c = mmap(NULL, 1100p, RW, PRIVATE, f, 7p)
expect (c - 7p) % 2M == 0
# too short
d = mmap(NULL, 511p, RW, SHARED, f, 0)
e = mmap(NULL, 512p, RW, SHARED, f, 1p)
# a hint that is free
munmap(@0, 1536p)
mmap(@3, 600p, RW, SHARED, f, 0) = @3
# a hint that is not
g = mmap(@4, 512p, RW, SHARED, f, 0)
expect g % 2M == 0
# without a file
h = mmap(NULL, 700p, RW, SHARED|ANONYMOUS)
expect h % 2M == 0
