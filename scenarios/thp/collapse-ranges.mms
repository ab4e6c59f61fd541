# MADV_COLLAPSE of ranges that are no whole blocks, of areas that may not, of pages in use?
#
# Only whole blocks of 2 MiB count. A range that has the border of two blocks in it, and no
# block, is nothing to do; one that lies inside a block is an error. The settings do not
# matter, MADV_NOHUGEPAGE does.
title "MADV_COLLAPSE and its errors"
set thp = never

x = mmap(NULL, 8M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 8M, MADV_COLLAPSE) = -EINVAL		# no anon_vma yet
store(x)
store(x + 2M)
store(x + 4M)
store(x + 6M)
madvise(x, 1p, MADV_COLLAPSE) = 0
madvise(x + 2M - 1p, 2p, MADV_COLLAPSE) = 0
madvise(x + 1p, 1p, MADV_COLLAPSE) = -EINVAL
expect pte(x).huge == 0

note "a page that a device holds stays where it is; the blocks around it are collapsed"
pin(x + 2M, 1p)
madvise(x, 6M, MADV_COLLAPSE) = -EAGAIN
expect pte(x).huge, pte(x + 2M).huge == 0, pte(x + 4M).huge
unpin(x + 2M, 1p)

note "a guard in the way ends the call"
madvise(x + 2M + 3p, 1p, MADV_GUARD_INSTALL)
madvise(x + 2M, 6M, MADV_COLLAPSE) = -EINVAL
expect pte(x + 6M).huge == 0
madvise(x + 6M, 2M, MADV_COLLAPSE)
expect pte(x + 6M).huge

note "no permission at all is no obstacle; MADV_NOHUGEPAGE is"
y = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
store(y + 9p)
mprotect(y, 2M, PROT_NONE)
madvise(y, 2M, MADV_COLLAPSE)
expect pte(y).huge, pte(y).write == 0, pte(y).protnone
z = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(z, 2M, MADV_NOHUGEPAGE)
store(z)
madvise(z, 2M, MADV_COLLAPSE) = -EINVAL
