# Several things are wrong with one call.  Which one is reported?
# Kernel: mm/mmap.c do_mmap(), mm/vma.c mmap_region()

title "mmap: which error comes first"
window 40p

f = open("/tmp/data", O_RDONLY|O_CREAT, 0600)
mseal(@10, 2p, 0)
note "an offset that is not aligned, before a bad descriptor"
mmap(NULL, 0, RW, PRIVATE, 99, 1) = -EINVAL
note "a bad descriptor, before no length"
mmap(NULL, 0, RW, PRIVATE, 99, 0) = -EBADF
note "no length, before no type"
mmap(NULL, 0, RW, ANONYMOUS, -1, 0) = -EINVAL
note "an area in the way, before no type and before a seal"
mmap(@10, 1p, RW, ANONYMOUS|FIXED_NOREPLACE, -1, 0) = -EEXIST
mmap(@10, 1p, RW, PRIVATE|ANONYMOUS|FIXED_NOREPLACE, -1, 0) = -EEXIST
note "an address that is not aligned, before no type"
mmap(@10 + 1, 1p, RW, ANONYMOUS|FIXED, -1, 0) = -EINVAL
note "permissions of the file, before what excludes each other"
mmap(NULL, 1p, RW, SHARED|GROWSDOWN, f, 0) = -EACCES
note "and before a seal"
mmap(@10, 1p, RW, SHARED|FIXED, f, 0) = -EACCES
mmap(@10, 1p, RW, PRIVATE|FIXED, f, 0) = -EPERM
