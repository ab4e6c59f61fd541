# May page 0 be mapped?
#
# Not without CAP_SYS_RAWIO: vm.mmap_min_addr is the lowest address then.  A hint that rounds down
# to page 0 is no hint at all.
# Kernel: security/min_addr.c, security/commoncap.c cap_mmap_addr()

title "The lowest address"
set cap = off

mmap(0, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = -EPERM
mmap(0x1000, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = 0x1000
a = mmap(0x800, 1p, RW, PRIVATE|ANONYMOUS, -1, 0)
expect a > 0x100000000
