# mmap() with MAP_FIXED fails.  Is what was mapped there still there?
#
# Yes if the limits or the arguments were at fault: those are looked at before anything is unmapped.
# Kernel: mm/vma.c __mmap_prepare()

title "A failed MAP_FIXED leaves what was there"
window 40p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 4p, 6)
f = open("/tmp/data", O_RDONLY|O_CREAT, 0600)
mmap(@1, 4p, RW, SHARED|FIXED, f, 0) = -EACCES
mmap(@1, 4p, RW, ANONYMOUS|FIXED, -1, 0) = -EINVAL
setrlimit(RLIMIT_AS, {rlim_cur=1p, rlim_max=RLIM_INFINITY})
mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = -ENOMEM
load(@1, 4p) = 6
