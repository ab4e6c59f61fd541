# swapoff() and swapon(): their errors.
# Kernel: mm/swapfile.c

title "Errors of swapoff() and swapon()"
set swap = 1M
window 16p

swapoff("/elsewhere") = -ENOENT
swapon("/swap") = -EBUSY
swapoff("/swap") = 0
swapoff("/swap") = -EINVAL
swapon("/swap", 0x100000) = -EINVAL
swapon("/swap") = 0
mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4)
madvise(@4, 1p, MADV_PAGEOUT)
expect pte(@4).swap
