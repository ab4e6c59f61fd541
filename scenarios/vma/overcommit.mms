# With overcommit_memory = 0 only a single charge beyond all memory is refused; with 2 the sum counts.
# Kernel: mm/util.c __vm_enough_memory()

title "Overcommit"
set ram = 64M
set overcommit_memory = 0

mmap(NULL, 1G, RW, PRIVATE|ANONYMOUS, -1, 0) = -ENOMEM
mmap(NULL, 1G, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
mmap(NULL, 1G, PROT_READ, PRIVATE|ANONYMOUS, -1, 0)
mmap(NULL, 60M, RW, PRIVATE|ANONYMOUS, -1, 0)
mmap(NULL, 60M, RW, PRIVATE|ANONYMOUS, -1, 0)
