# Who gets a huge page: which advice, which range, which access?
#
# With the policy `madvise` only an area with MADV_HUGEPAGE; and only for the aligned 2 MiB
# that lie inside the area as a whole, where nothing is mapped yet, not even an empty table.
title "Who gets a huge page"
set thp = madvise

note "no advice"
x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
store(x)
expect pte(x).huge == 0

note "advice, but a page is there already"
madvise(x, 2M, MADV_HUGEPAGE)
store(x + 1p)
expect pte(x + 1p).huge == 0, folio(x + 1p).order == 0

note "advice, and less than 2 MiB on one side"
y = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(y, 4M, MADV_HUGEPAGE)
munmap(y, 1p)
store(y + 1p)
expect pte(y + 1p).huge == 0
store(y + 2M + 511p)
expect pte(y + 2M).huge

note "MADV_NOHUGEPAGE, and the whole process told not to"
z = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(z, 4M, MADV_NOHUGEPAGE)
store(z)
expect pte(z).huge == 0
madvise(z, 4M, MADV_HUGEPAGE)
prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0)
store(z + 2M)
expect pte(z + 2M).huge == 0
