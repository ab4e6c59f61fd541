# MADV_COLLAPSE of shared memory: which ranges are refused, and which silently do nothing?
#
# The range is rounded inwards to blocks of 2 MiB.  If it begins or ends at a block there is nothing left to do, and
# that is a success; anywhere inside of a block the rounded end lies before the rounded start: an error.
# The area has to hold a block, and the file has to be aligned like the addresses.
# Kernel: mm/khugepaged.c madvise_collapse(); mm/huge_memory.c __thp_vma_allowable_orders()

title "MADV_COLLAPSE of shared memory"
window 4*PMD

let a = (@0 + PMD - 1) & ~(PMD - 1)

mmap(a, PMD, RW, SHARED|ANONYMOUS|FIXED, -1, 0) = a
madvise(a, 1p, MADV_COLLAPSE) = 0
madvise(a + PMD - 1p, 1p, MADV_COLLAPSE) = 0
madvise(a + 1p, 1p, MADV_COLLAPSE) = -EINVAL
madvise(a + 1p, PMD - 2p, MADV_COLLAPSE) = -EINVAL

step "no whole block in the area"
munmap(a + PMD - 1p, 1p)
madvise(a, 1p, MADV_COLLAPSE) = -EINVAL

step "blocks of the file lie elsewhere"
f = memfd_create("m", 0)
ftruncate(f, 4*PMD)
mmap(a, 2*PMD, RW, SHARED|FIXED, f, 1p) = a
madvise(a, 1p, MADV_COLLAPSE) = -EINVAL
mmap(a, 2*PMD, RW, SHARED|FIXED, f, PMD) = a
madvise(a, 1p, MADV_COLLAPSE) = 0
# Private memory that nobody has written to has no anon_vma: not even where there is nothing to do.
mmap(a, 2*PMD, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = a
madvise(a, 1p, MADV_COLLAPSE) = -EINVAL
store(a, 1p, 1)
madvise(a, 1p, MADV_COLLAPSE) = 0
