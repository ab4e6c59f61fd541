# Which error does mprotect() give, and what has it done until then?
# Kernel: mm/mprotect.c do_mprotect_pkey()

title "mprotect: errors"
window 40p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mprotect(@1, 1p, PROT_READ|PROT_GROWSDOWN|PROT_GROWSUP) = -EINVAL
mprotect(@1 + 1, 1p, PROT_READ) = -EINVAL
note "no length is no error, whatever else is wrong"
mprotect(@1, 0, 0x100) = 0
mprotect(@1, 1p, 0x100) = -EINVAL
mprotect(@1, -1p, PROT_READ) = -ENOMEM
pkey_mprotect(@1, 1p, PROT_READ, 7) = -EINVAL
mprotect(@1, 1p, PROT_READ|PROT_GROWSDOWN) = -EINVAL
mprotect(@1, 1p, PROT_READ|PROT_GROWSUP) = -EINVAL
expect vmas(@1..@9) == 1

step "a hole: what lies before it has been changed"
munmap(@4, 1p)
mprotect(@4, 2p, PROT_READ) = -ENOMEM
expect vma(@5).prot == RW
mprotect(@2, 6p, PROT_READ) = -ENOMEM
expect vma(@2).prot == PROT_READ, vma(@3).prot == PROT_READ, vma(@5).prot == RW

step "an area that may not: the same"
f = open("/tmp/data", O_RDONLY|O_CREAT, 0600)
mmap(@11, 2p, PROT_READ, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @11
mmap(@13, 2p, PROT_READ, SHARED|FIXED, f, 0) = @13
mprotect(@11, 4p, RW) = -EACCES
expect vma(@11).prot == RW, vma(@13).prot == PROT_READ
