# Where does mmap(NULL) go?  At the top of the highest gap that is large enough, just below what was
# mapped last.
# Kernel: mm/mmap.c arch_get_unmapped_area_topdown()

title "Top-down"

a = mmap(NULL, 4p, RW, PRIVATE|ANONYMOUS, -1, 0)
b = mmap(NULL, 4p, PROT_READ, PRIVATE|ANONYMOUS, -1, 0) = a - 4p
c = mmap(NULL, 4p, PROT_NONE, PRIVATE|ANONYMOUS, -1, 0) = a - 8p
munmap(b, 4p)
note "too large for the gap"
mmap(NULL, 5p, PROT_EXEC, PRIVATE|ANONYMOUS, -1, 0) = a - 13p
note "fits into the gap"
mmap(NULL, 2p, PROT_EXEC, PRIVATE|ANONYMOUS, -1, 0) = a - 2p
step "hints are taken when free, else ignored"
mmap(0x10000000, 1p, RW, PRIVATE|ANONYMOUS, -1, 0) = 0x10000000
mmap(0x10000000, 1p, PROT_READ, PRIVATE|ANONYMOUS, -1, 0) = a - 3p
