# What does mmap() do with an address which is only a hint?
# Kernel: mm/mmap.c arch_get_unmapped_area_topdown()

title "Hints"
window 40p

munmap(@10, 4p)
step "rounded down to a page"
mmap(@10 + 123, 1p, RW, PRIVATE|ANONYMOUS, -1, 0) = @10
step "too long for the hole: somewhere else"
a = mmap(@11, 4p, RW, PRIVATE|ANONYMOUS, -1, 0)
expect a != @11
step "exactly as long"
mmap(@11, 3p, RW, PRIVATE|ANONYMOUS, -1, 0) = @11
step "a kernel address"
b = mmap(0xffff800000000000, 1p, RW, PRIVATE|ANONYMOUS, -1, 0)
expect b < 0x800000000000
step "below 4 GiB, and below 2 GiB"
c = mmap(NULL, 1p, RW, PRIVATE|ANONYMOUS|MAP_32BIT, -1, 0)
expect c >= 0x40000000, c < 0x80000000
