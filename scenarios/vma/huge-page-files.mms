# MAP_HUGETLB where no huge pages are reserved, and on a file that has none.
# Kernel: mm/mmap.c ksys_mmap_pgoff(), mm/hugetlb.c hugetlb_reserve_pages()

title "MAP_HUGETLB without huge pages"

mmap(NULL, PMD, RW, PRIVATE|ANONYMOUS|MAP_HUGETLB, -1, 0) = -ENOMEM
f = memfd_create("m", 0)
mmap(NULL, PMD, RW, SHARED|MAP_HUGETLB, f, 0) = -EINVAL
mmap(NULL, PMD, RW, PRIVATE|ANONYMOUS|MAP_HUGETLB|MAP_HUGE_16KB, -1, 0) = -EINVAL
