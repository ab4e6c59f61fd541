# The other node has memory, but not 2 MiB in one piece. Does a huge page go there?
#
# Its pages do: it is split first, and they go one by one. Those that held but zeroes are the zero page
# from then on, and one that somebody else needs stays behind.
# Kernel: mm/migrate.c migrate_pages_batch(), try_split_folio()

title "Moving a huge page where no huge page fits"
window 16M
set nodes = 2
set ram = 16M

mmap(@0, 14M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 4p, 9)
note "node 1 is filled with huge pages, but for the 2 MiB that a small one lies in"
move_pages(0, 1, [@0], [1], [1], MPOL_MF_MOVE)
madvise(@0 + 2M, 12M, MADV_HUGEPAGE)
store(@0 + 2M)
move_pages(0, 1, [@0 + 2M], [1], [1], MPOL_MF_MOVE)
store(@0 + 4M)
move_pages(0, 1, [@0 + 4M], [1], [1], MPOL_MF_MOVE)
store(@0 + 6M)
move_pages(0, 1, [@0 + 6M], [1], [1], MPOL_MF_MOVE)
expect pte(@0 + 6M).huge, folio(@0 + 6M).node == 1

store(@0 + 8M, 2p, 7)
expect pte(@0 + 8M).huge
move_pages(0, 1, [@0 + 8M], [1], [1], MPOL_MF_MOVE)
expect pte(@0 + 8M).huge == 0, folio(@0 + 8M).order == 0, folio(@0 + 8M).node == 1
expect folio(@0 + 8M + 1p).node == 1, pte(@0 + 8M + 2p).zero, content(@0 + 8M + 1p) == 7
expect pte(@0 + 8M).write, folio(@0 + 8M).exclusive
