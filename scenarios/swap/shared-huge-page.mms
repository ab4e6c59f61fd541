# A huge page of shared memory in swap is cut, and read in parts: how large is what comes back?
#
# It goes out as one piece and on zram comes back so. A hole brings it back first, and it is cut in memory; advice,
# which reads single pages, and a device that cannot be waited for leave the entries smaller where they were met.
# Kernel: mm/shmem.c shmem_swapin_folio(), shmem_split_large_entry(), shmem_undo_range()

title "A huge page of shared memory in swap"
set thp = madvise
set thp.shmem_enabled = advise
set swap = 32M
set swap.device = zram

f = memfd_create("m", 0)
ftruncate(f, 4M)
x = mmap(0x200000000, 4M, RW, SHARED|FIXED, f, 0)
madvise(x, 4M, MADV_HUGEPAGE)
store(x, 1p, 5)
store(x + 100p, 1p, 6)
store(x + 511p, 1p, 7)
store(x + 2M, 1p, 8)
store(x + 2M + 300p, 1p, 9)
madvise(x, 4M, MADV_PAGEOUT)
expect sys().swap_free == 8191 - 1024, swap(x + 100p).slot == swap(x).slot + 100
mincore(x, 4M)
load(x + 100p) = 6
expect folio(x + 100p).order == 9
mincore(x, 4M)
madvise(x, 4M, MADV_PAGEOUT)
step "hole in swap"
fallocate(f, FALLOC_FL_PUNCH_HOLE|FALLOC_FL_KEEP_SIZE, 50p, 20p)
mincore(x, 4M)
load(x, 512p)
load(x + 100p) = 6
madvise(x, 4M, MADV_PAGEOUT)
step "cut in swap"
ftruncate(f, 2M)
mincore(x, 4M)
ftruncate(f, 4M)
load(x + 2M) = ?
load(x + 2M, 512p)
madvise(x, 4M, MADV_PAGEOUT)
madvise(x, 4M, MADV_WILLNEED)
mincore(x, 4M)
store(x, 4M)
