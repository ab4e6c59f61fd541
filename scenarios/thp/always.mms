# With the policy `always`, who does not get huge pages?
title "The policy always"
# Who asked not to: MADV_NOHUGEPAGE, MAP_STACK, or a userfaultfd for the small sizes.
set thp = always
set thp.64K = always

x = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
store(x)
expect pte(x).huge, vma(x).flags.hg == 0
madvise(x + 2M, 2M, MADV_NOHUGEPAGE)
store(x + 2M)
expect folio(x + 2M).order == 0
y = mmap(NULL, 2M + 64K, RW, PRIVATE|ANONYMOUS|STACK, -1, 0)
store(y)
expect folio(y).order == 0
