# Which error does mmap() give for a file that it cannot map like that?
# Kernel: mm/mmap.c do_mmap(), ksys_mmap_pgoff()

title "mmap: errors of files"
window 40p

mmap(NULL, 1p, RW, PRIVATE, 99, 0) = -EBADF
mmap(NULL, 0, RW, PRIVATE, 99, 0) = -EBADF

step "opened for reading"
f = open("/tmp/data", O_RDONLY|O_CREAT, 0600)
mmap(NULL, 1p, RW, SHARED, f, 0) = -EACCES
a = mmap(NULL, 1p, RW, PRIVATE, f, 0)
b = mmap(NULL, 1p, PROT_READ, SHARED, f, 0)
note "it is not even marked as shared, and can never become writable"
expect vma(b).flags.sh == 0, vma(b).flags.ms == 1, vma(b).flags.mw == 0
mprotect(b, 1p, RW) = -EACCES

step "opened for writing: reading is needed for any mapping"
g = open("/tmp/data", O_WRONLY)
mmap(NULL, 1p, PROT_WRITE, SHARED, g, 0) = -EACCES
mmap(NULL, 1p, PROT_NONE, PRIVATE, g, 0) = -EACCES

step "only a name"
h = open("/tmp/data", O_PATH)
mmap(NULL, 1p, PROT_READ, PRIVATE, h, 0) = -EBADF

step "a directory"
d = open("/tmp", O_RDONLY|O_DIRECTORY)
mmap(NULL, 1p, PROT_READ, PRIVATE, d, 0) = -ENODEV

step "further than a file can reach"
m = memfd_create("m", 0)
mmap(NULL, 1p, RW, SHARED, m, 0x7ffffffffffff000) = -EOVERFLOW
mmap(NULL, 1p, RW, PRIVATE|GROWSDOWN, m, 0) = -EINVAL

step "flags nobody knows are seen with MAP_SHARED_VALIDATE only"
r = open("/tmp/data", O_RDWR)
mmap(NULL, 1p, RW, MAP_SHARED_VALIDATE|0x200000, r, 0) = -EOPNOTSUPP
mmap(NULL, 1p, RW, SHARED|0x200000, r, 0)
mmap(NULL, 1p, RW, MAP_SHARED_VALIDATE, r, 0)
