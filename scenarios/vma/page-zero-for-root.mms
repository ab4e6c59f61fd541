# Root maps page 0.
# Kernel: security/commoncap.c cap_mmap_addr()

title "Root may map page 0"

mmap(0, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = 0
store(0, 1p, 3)
load(0) = 3
