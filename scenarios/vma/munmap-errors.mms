# Which error does munmap() give?
# Kernel: mm/vma.c do_vmi_munmap()

title "munmap: errors"
window 40p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
munmap(@1 + 1, 1p) = -EINVAL
munmap(@1, 0) = -EINVAL
munmap(0x7ffffffff000 + 1p, 1p) = -EINVAL
munmap(0x7fffffffe000, 2p) = -EINVAL
munmap(@1, ~0) = -EINVAL
note "the length is rounded up"
munmap(@1, 1) = 0
expect vma(@2).start == @2
note "nothing mapped there is no error"
munmap(@1, 1p) = 0
munmap(@1, 4p) = 0
expect vmas(@1..@5) == 0
