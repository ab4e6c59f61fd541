# With vm.overcommit_memory = 2 what may be charged is counted.  Which calls fail?
#
# Whatever charges: mmap(), brk(), mprotect() that gains write permission, fork().
# Kernel: mm/util.c __vm_enough_memory()

title "No overcommit"
set ram = 64M
set overcommit_memory = 2
set overcommit_ratio = 50
window 20K

a = mmap(NULL, 20M, RW, PRIVATE|ANONYMOUS, -1, 0)
mmap(NULL, 20M, RW, PRIVATE|ANONYMOUS, -1, 0) = -ENOMEM
note "MAP_NORESERVE is ignored in this mode"
mmap(NULL, 20M, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0) = -ENOMEM
b = mmap(NULL, 20M, PROT_READ, PRIVATE|ANONYMOUS, -1, 0)
mprotect(b, 20M, RW) = -ENOMEM
mmap(NULL, 20M, RW, SHARED|ANONYMOUS, -1, 0) = -ENOMEM
fork() = -ENOMEM
munmap(a, 20M)
mprotect(b, 20M, RW)
