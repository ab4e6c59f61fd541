# mprotect() with PROT_GROWSDOWN reaches down to the start of the stack; on anything else it is an
# error.
# Kernel: mm/mprotect.c do_mprotect_pkey()

title "PROT_GROWSDOWN"
window 40p

mmap(@10, 8p, RW, PRIVATE|ANONYMOUS|FIXED|GROWSDOWN, -1, 0) = @10
mprotect(@16, 1p, PROT_READ|PROT_GROWSDOWN)
expect vma(@10).end == @17, vma(@10).prot == vma(@16).prot
mmap(@20, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
mprotect(@20, 1p, PROT_READ|PROT_GROWSDOWN) = -EINVAL
