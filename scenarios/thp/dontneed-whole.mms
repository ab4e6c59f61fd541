# MADV_DONTNEED of all of a huge page, and of all pages of a table: what is left of the table?
#
# A PMD entry goes with the table that was kept for it. A PTE table that one call empties
# goes as well; one that is emptied in two calls stays, so that no huge page can come back.
title "MADV_DONTNEED of 2 MiB"

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 2M, MADV_HUGEPAGE)
store(x)
let tables = mm(P).pgtables
madvise(x, 2M, MADV_DONTNEED)
expect pte(x).none, mm(P).rss_anon == 0, mm(P).pgtables == tables - PAGE
load(x + 7p) = 0
expect pte(x).huge, pte(x).zero
madvise(x, 2M, MADV_DONTNEED)

note "small pages: one call empties the table, and it goes"
madvise(x, 2M, MADV_NOHUGEPAGE)
store(x)
madvise(x, 2M, MADV_DONTNEED)
madvise(x, 2M, MADV_HUGEPAGE)
store(x)
expect pte(x).huge

note "two calls leave it"
madvise(x, 1M, MADV_DONTNEED)
madvise(x + 1M, 1M, MADV_DONTNEED)
store(x)
expect pte(x).huge == 0
