# The huge zero page is switched off: what does a read map?
title "use_zero_page = 0"
# A huge page of its own at once: a read costs 2 MiB.
set thp.use_zero_page = off

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 2M, MADV_HUGEPAGE)
load(x + 9p) = 0
expect pte(x).huge, pte(x).zero == 0, pte(x).write, mm(P).rss_anon == 512
