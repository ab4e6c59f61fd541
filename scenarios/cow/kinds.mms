# A page is small, in a huge folio that one leaf maps, in one that is mapped page by page, in a part of one, swapped out:
# eleven kinds, which the other files of this directory go through.  Is each what it is called?
#
# Page number i is at x + i * 4M and holds 5.
#   0  a small page                        4  of a huge page mapped by PTEs
#   1  a small page that is swapped out    5  the only page left of a huge one
#   2  of a folio of 64K                   6  of a huge page one half of which was moved
#   3  of a huge page, mapped by a leaf    7  of a huge page one page of which was shared
#   8, 9, 10  as 3, 4, 5, and swapped out
# Kernel: tools/testing/selftests/mm/cow.c has these kinds

set thp = madvise
set thp.64K = madvise
set swap = 16M
set swap.device = zram

let last = 10
x = mmap(NULL, 64M, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
madvise(x + 2 * 4M, 64K, MADV_HUGEPAGE)
madvise(x + 3 * 4M, 2M, MADV_HUGEPAGE)
madvise(x + 4 * 4M, 2M, MADV_HUGEPAGE)
madvise(x + 5 * 4M, 2M, MADV_HUGEPAGE)
madvise(x + 6 * 4M, 2M, MADV_HUGEPAGE)
madvise(x + 7 * 4M, 2M, MADV_HUGEPAGE)
madvise(x + 8 * 4M, 2M, MADV_HUGEPAGE)
madvise(x + 9 * 4M, 2M, MADV_HUGEPAGE)
madvise(x + 10 * 4M, 2M, MADV_HUGEPAGE)

note "its first page is shared with a child, which ends"
store(x + 7 * 4M, 1p, 5)
madvise(x + 7 * 4M + 1p, 2M - 1p, MADV_DONTFORK)
sharer = fork()
sharer: exit(0)
madvise(x + 7 * 4M + 1p, 2M - 1p, MADV_DOFORK)
expect folio(x + 7 * 4M).order == 9, folio(x + 7 * 4M).exclusive == 0, folio(x + 7 * 4M + 1p).exclusive

for i in 0..6 {
	store(x + i * 4M, 1p, 5)
}
for i in 8..10 {
	store(x + i * 4M, 1p, 5)
}
madvise(x + 1 * 4M, 1p, MADV_PAGEOUT)
mprotect(x + 4 * 4M + 1p, 1p, READ)
mprotect(x + 4 * 4M + 1p, 1p, RW)
madvise(x + 5 * 4M + 1p, 2M - 1p, MADV_DONTNEED)
mprotect(x + 9 * 4M + 1p, 1p, READ)
mprotect(x + 9 * 4M + 1p, 1p, RW)
madvise(x + 10 * 4M + 1p, 2M - 1p, MADV_DONTNEED)
madvise(x + 8 * 4M, 2M, MADV_PAGEOUT)
madvise(x + 9 * 4M, 2M, MADV_PAGEOUT)
madvise(x + 10 * 4M, 1p, MADV_PAGEOUT)
mremap(x + 6 * 4M + 1M, 1M, 1M, MAYMOVE|FIXED, x + 7 * 4M + 2M) = x + 7 * 4M + 2M

expect folio(x).order == 0, folio(x).exclusive
expect pte(x + 1 * 4M).swap, swap(x + 1 * 4M).exclusive
expect folio(x + 2 * 4M).order == 4, folio(x + 2 * 4M).mapcount == 16
expect pte(x + 3 * 4M).huge, folio(x + 3 * 4M).exclusive
expect folio(x + 4 * 4M).order == 9, folio(x + 4 * 4M).mapcount == 512
expect folio(x + 5 * 4M).order == 9, folio(x + 5 * 4M).mapcount == 1
expect folio(x + 6 * 4M).order == 9, folio(x + 6 * 4M).mapcount == 512, vmas(x + 6 * 4M + 1M..x + 6 * 4M + 2M) == 0
expect pte(x + 8 * 4M).swap, pte(x + 8 * 4M + 511p).swap, swap(x + 8 * 4M + 511p).slot == swap(x + 8 * 4M).slot + 511
expect pte(x + 9 * 4M).swap, pte(x + 10 * 4M).swap, swap(x + 10 * 4M).exclusive
