# How does a huge page count who maps it, from the first store to the exit of a child?
#
# One PMD entry counts as one mapping, not as 512; 0x800000 in nr_pages_mapped says that there
# is one. Besides, the folio remembers two address spaces and how many mappings each has:
# that is how it knows, when the child is gone, that it is no longer shared.
title "The counts of a huge page"

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 2M, MADV_HUGEPAGE)
store(x)
expect pte(x).huge, folio(x).order == 9, mm(P).rss_anon == 512
expect folio(x).entire_mapcount == 1, folio(x).mapcount == 1, folio(x).refcount == 1
expect folio(x).nr_pages_mapped == 0x800000, folio(x).maybe_mapped_shared == 0

step "fork: both map it by a PMD"
Q = fork()
expect folio(x).entire_mapcount == 2, folio(x).mapcount == 2, folio(x).refcount == 2
expect folio(x).maybe_mapped_shared, folio(x).exclusive == 0

step "the parent stores to one page: its PMD is split, and that page is copied"
store(x + 5p)
expect pte(x).huge == 0, pte(Q:x).huge, folio(x + 5p).order == 0
expect folio(x).entire_mapcount == 1, folio(x).mapcount == 512, folio(x).refcount == 512
expect folio(x).nr_pages_mapped == 0x8001ff, folio(x).partially_mapped == 0

step "the child exits: one page of the folio is mapped by nobody"
Q: exit(0)
expect folio(x).entire_mapcount == 0, folio(x).mapcount == 511, folio(x).refcount == 511
expect folio(x).nr_pages_mapped == 0x1ff, folio(x).maybe_mapped_shared == 0
expect folio(x).partially_mapped, folio(x).deferred

step "alone again, so a store takes one page over, and leaves the others as they are"
store(x)
expect folio(x).exclusive, folio(x + 1p).exclusive == 0, folio(x) == folio(x + 1p)
