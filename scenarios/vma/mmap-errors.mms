# Which error does mmap() give?
# Kernel: mm/mmap.c do_mmap(), mm/vma.c mmap_region()

title "mmap: errors"
window 40p

mmap(NULL, 1p, RW, PRIVATE, 99, 0) = -EBADF
mmap(NULL, 0, RW, PRIVATE|ANONYMOUS, -1, 0) = -EINVAL
mmap(NULL, 1p, RW, PRIVATE|ANONYMOUS, -1, 1) = -EINVAL
mmap(NULL, ~0, RW, PRIVATE|ANONYMOUS, -1, 0) = -ENOMEM
mmap(NULL, 1p, RW, ANONYMOUS, -1, 0) = -EINVAL
mmap(@1 + 1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = -EINVAL
mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED_NOREPLACE, -1, 0) = -EEXIST
f = open("/tmp/data", O_RDONLY)
mmap(NULL, 1p, RW, SHARED, f, 0) = -EACCES
mmap(NULL, 1p, RW, PRIVATE, f, 0)
d = open("/tmp", O_RDONLY|O_DIRECTORY)
mmap(NULL, 1p, PROT_READ, PRIVATE, d, 0) = -ENODEV
mmap(NULL, 1p, RW, SHARED|ANONYMOUS|GROWSDOWN, -1, 0) = -EINVAL
mmap(NULL, 1p, RW, PRIVATE|ANONYMOUS|GROWSDOWN|0x200000, -1, 0)
mmap(NULL, 1p, RW, MAP_SHARED_VALIDATE|0x200000, f, 0) = -EOPNOTSUPP
