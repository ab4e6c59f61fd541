# A collector moves the live pages of a region together, at the start of another one.  It can copy them and drop the
# originals, it can move the mapping with mremap(), or move the pages with UFFDIO_MOVE.  What does each cost, in areas,
# copies, flushes, memory, and in times that mmap_lock is taken for writing?
#
# Six of 24 pages live, in four runs: 0-1, 6, 11-12, 20.
# Kernel: mm/userfaultfd.c move_pages(), mfill_atomic(); mm/mremap.c move_vma()

title "Six live pages are compacted, in three ways"
window 120p

u = userfaultfd(0)
UFFDIO_API(u, {features=0})

step "UFFDIO_COPY, then MADV_DONTNEED"
mmap(@0, 24p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@30, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @30
UFFDIO_REGISTER(u, {start=@30, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})
store(@0, 24p, 7)
let copies1 = sys().copies
let flushes1 = sys().tlb_flushes
let faults1 = sys().faults
let locks1 = sys().mmap_writes
UFFDIO_COPY(u, {dst=@30, src=@0, len=2p, copy=2p}) = 0
UFFDIO_COPY(u, {dst=@32, src=@6, len=1p, copy=1p}) = 0
UFFDIO_COPY(u, {dst=@33, src=@11, len=2p, copy=2p}) = 0
UFFDIO_COPY(u, {dst=@35, src=@20, len=1p, copy=1p}) = 0
note "at this moment the live pages exist twice"
expect mm().rss_anon == 24 + 6
madvise(@0, 24p, MADV_DONTNEED)
expect content(@35) == 7, mm().rss_anon == 6
expect vmas(@0..@24) == 1, vmas(@30..@38) == 1
expect sys().copies - copies1 == 6, sys().tlb_flushes - flushes1 == 1
expect sys().faults == faults1, sys().mmap_writes == locks1

step "mremap()"
mmap(@40, 24p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @40
mmap(@70, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @70
store(@40, 24p, 7)
let copies2 = sys().copies
let flushes2 = sys().tlb_flushes
let locks2 = sys().mmap_writes
mremap(@40, 2p, 2p, MAYMOVE|FIXED, @70) = @70
mremap(@46, 1p, 1p, MAYMOVE|FIXED, @72) = @72
mremap(@51, 2p, 2p, MAYMOVE|FIXED, @73) = @73
mremap(@60, 1p, 1p, MAYMOVE|FIXED, @75) = @75
note "nothing was copied, but each run is an area of its own now, and what it left is a hole"
expect content(@75) == 7, sys().copies == copies2
expect vmas(@70..@78) == 5, vmas(@40..@64) == 4
expect sys().tlb_flushes - flushes2 == 4, sys().mmap_writes - locks2 == 4
note "the rest is unmapped, and the region mapped again: it is fresh"
munmap(@40, 24p)
mmap(@40, 24p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @40
expect vmas(@70..@78) == 5, mm().rss_anon == 12
expect sys().tlb_flushes - flushes2 == 5, sys().mmap_writes - locks2 == 6

step "UFFDIO_MOVE"
mmap(@80, 24p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @80
mmap(@110, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @110
UFFDIO_REGISTER(u, {start=@110, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})
store(@80, 24p, 7)
let folio = folio(@100)
let copies3 = sys().copies
let flushes3 = sys().tlb_flushes
let faults3 = sys().faults
let locks3 = sys().mmap_writes
UFFDIO_MOVE(u, {dst=@110, src=@80, len=2p, move=2p}) = 0
UFFDIO_MOVE(u, {dst=@112, src=@86, len=1p, move=1p}) = 0
UFFDIO_MOVE(u, {dst=@113, src=@91, len=2p, move=2p}) = 0
UFFDIO_MOVE(u, {dst=@115, src=@100, len=1p, move=1p}) = 0
note "no page exists twice at any time, and it is the same page"
expect mm().rss_anon == 12 + 24, folio(@115) == folio
madvise(@80, 24p, MADV_DONTNEED)
expect content(@115) == 7, mm().rss_anon == 18
expect vmas(@80..@104) == 1, vmas(@110..@118) == 1
expect sys().copies == copies3, sys().tlb_flushes - flushes3 == 5
expect sys().faults == faults3, sys().mmap_writes == locks3
