# mremap() finds a new address by itself.  Is it one that fits huge pages?
#
# If the new length is a multiple of 2 MiB.
# Kernel: mm/mremap.c vrm_set_new_addr()

title "mremap to an address aligned for huge pages"

a = mmap(NULL, 1p, RW, PRIVATE|ANONYMOUS, -1, 0)
mmap(a + 1p, 1p, PROT_NONE, PRIVATE|ANONYMOUS|FIXED, -1, 0) = a + 1p
b = mremap(a, 1p, 2*PMD, MAYMOVE, 0)
expect b % PMD == 0
