# A huge page after MADV_FREE meets reclaim: needs it a slot?
#
# No: its entry becomes small ones, and they go. Their table stays, though: what is stored there next gets a
# small page, where a block that was never touched gets a huge one. Was any of it stored to meanwhile, all of
# it is kept, in small entries, and needs a slot the next time.
# Kernel: mm/rmap.c try_to_unmap_one()

title "MADV_FREE and reclaim of huge pages"
set swap = 16M
set swap.device = zram

x = mmap(NULL, 6M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 6M, MADV_HUGEPAGE)
store(x)
store(x + 2M)
store(x + 4M)
madvise(x, 6M, MADV_FREE)
expect pte(x).huge, pte(x).dirty == 0, folio(x).swapbacked == 0
store(x + 2M + 7p, 1, 9)
madvise(x, 4M, MADV_PAGEOUT)
expect pte(x).none, mm(P).swap == 0, pte(x + 2M).huge == 0, folio(x + 2M).order == 9
expect folio(x + 2M).swapbacked
madvise(x + 2M, 2M, MADV_PAGEOUT)
expect mm(P).swap == 512
load(x + 2M + 7p) = 9

note "mapped by small entries: they go together, or stay together"
mprotect(x + 4M, 1p, PROT_READ)
mprotect(x + 4M, 1p, PROT_READ|PROT_WRITE)
expect pte(x + 4M).huge == 0, folio(x + 4M).order == 9
madvise(x + 4M, 2M, MADV_PAGEOUT)
expect pte(x + 4M).none, pte(x + 6M - 1p).none

note "the table of the small entries is still there"
store(x)
expect pte(x).present, folio(x).order == 0, pte(x + 1p).none
madvise(x, 2M, MADV_DONTNEED)
store(x)
expect folio(x).order == 9
