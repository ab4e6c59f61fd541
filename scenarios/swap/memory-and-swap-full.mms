# And when swap is full, too? Then the store fails.
# Kernel: mm/page_alloc.c __alloc_pages_slowpath()

title "Memory and swap are full"
set ram = 1M
set swap = 256K
set overcommit_memory = 1
window 400p

mmap(@0, 400p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0..@400) = -ENOMEM
expect sys().swap_free == 0, mm(P).swap == 63
load(@0) = 1
munmap(@100..@400)
load(@99) = 100
