# Which error does mmap() give for a bad argument?
# Kernel: mm/mmap.c do_mmap(), ksys_mmap_pgoff(), arch/x86/kernel/sys_x86_64.c

title "mmap: errors"
window 40p

step "length and offset"
mmap(NULL, 0, RW, PRIVATE|ANONYMOUS, -1, 0) = -EINVAL
mmap(NULL, ~0, RW, PRIVATE|ANONYMOUS, -1, 0) = -ENOMEM
mmap(NULL, 0x7ffffffff000 + 1p, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0) = -ENOMEM
mmap(NULL, 1p, RW, PRIVATE|ANONYMOUS, -1, 1) = -EINVAL

step "type"
mmap(NULL, 1p, RW, ANONYMOUS, -1, 0) = -EINVAL
mmap(NULL, 1p, RW, MAP_SHARED_VALIDATE|ANONYMOUS, -1, 0) = -EINVAL

step "address"
mmap(@1 + 1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = -EINVAL
mmap(@1 + 1, 1p, RW, PRIVATE|ANONYMOUS|FIXED_NOREPLACE, -1, 0) = -EINVAL
mmap(0x7ffffffff000, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = -ENOMEM
mmap(0x7fffffffe000, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = -ENOMEM
mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED_NOREPLACE, -1, 0) = -EEXIST

step "what excludes each other"
mmap(NULL, 1p, RW, SHARED|ANONYMOUS|GROWSDOWN, -1, 0) = -EINVAL
mmap(NULL, 1p, RW, MAP_DROPPABLE|ANONYMOUS|GROWSDOWN, -1, 0) = -EINVAL
mmap(NULL, 1p, RW, MAP_DROPPABLE|ANONYMOUS|LOCKED, -1, 0) = -EINVAL
