# MAP_STACK is said to do nothing.  It sets VM_NOHUGEPAGE, and that keeps such memory apart from
# ordinary memory.
# Kernel: include/linux/mman.h calc_vm_flag_bits()

title "MAP_STACK areas do not merge with others"
window 20p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED|STACK, -1, 0) = @1
mmap(@5, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
expect mergeable(@4, @5) == flags

madvise(@5, 4p, MADV_NOHUGEPAGE)
expect vmas(@1..@9) == 1
