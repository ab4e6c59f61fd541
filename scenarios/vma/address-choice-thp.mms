# A mapping whose length is a multiple of 2 MiB is placed on a 2 MiB boundary, for huge pages; one page
# more and it is not.
# Kernel: mm/huge_memory.c thp_get_unmapped_area_vmflags()

title "Aligned for huge pages"

a = mmap(NULL, 2*PMD, RW, PRIVATE|ANONYMOUS, -1, 0)
expect a % PMD == 0
b = mmap(NULL, 2*PMD + 1p, PROT_READ, PRIVATE|ANONYMOUS, -1, 0)
expect b % PMD != 0
