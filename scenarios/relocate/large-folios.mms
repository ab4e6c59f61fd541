# Large folios: which are relocated as they are, which are split, and for which is the range moved as ever?
title "MREMAP_RELOCATE_ANON of large folios"
set relocate_anon = v1
set thp = never
set thp.16K = madvise
set thp.2M = madvise
window 12M

step "a huge page whose new address is aligned as well"
mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_HUGEPAGE)
store(@5, 1p, 7)
mremap(@0, 2M, 2M, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @0 + 4M) = @0 + 4M
expect pte(@0 + 4M).huge, folio(@0 + 4M).index == (@0 + 4M) / PAGE, content(@0 + 4M + 5p) == 7
expect vma(@0 + 4M).pgoff == (@0 + 4M) / PAGE, rmap(@0 + 4M + 5p) == {P:@0 + 4M + 5p}

step "one that will not be aligned is mapped by words, and stays one folio"
mremap(@0 + 4M, 2M, 2M, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @16) = @16
expect !pte(@16).huge, folio(@16).order == 9, folio(@16).index == @16 / PAGE, content(@21) == 7

step "a part of it: it is split"
mremap(@16, 10p, 10p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @0 + 6M) = @0 + 6M
expect folio(@0 + 6M).order == 0, folio(@26).order == 0, content(@0 + 6M + 5p) == 7
munmap(@0, 12M)

step "folios of 16 KiB, the last one cut"
mmap(@0, 16p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 16p, MADV_HUGEPAGE)
store(@0, 16p, 7)
mremap(@0, 6p, 6p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @0 + 6M) = @0 + 6M
expect folio(@0 + 6M).order == 2, folio(@0 + 6M + 4p).order == 0, folio(@6).order == 0, folio(@8).order == 2
expect folio(@0 + 6M).index == (@0 + 6M) / PAGE
munmap(@0, 12M)

step "one that a device holds cannot be split"
mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 4p, MADV_HUGEPAGE)
store(@0, 4p, 7)
pin(@1, 1p)
mremap(@0, 2p, 2p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @0 + 6M) = -EFAULT
expect content(@0) == 7, folio(@0).index == @0 / PAGE, vmas(@0 + 6M..@0 + 6M + 2p) == 0
mremap(@0, 2p, 2p, MAYMOVE|FIXED|RELOCATE_ANON, @0 + 6M) = @0 + 6M
expect folio(@2).order == 2, vma(@0 + 6M).pgoff == @0 / PAGE
unpin(@1, 1p)
munmap(@0, 12M)

step "the huge page of zeroes belongs to nobody"
mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_HUGEPAGE)
load(@0) = 0
madvise(@0, 2M, MADV_GUARD_INSTALL) = ?
madvise(@0, 2M, MADV_GUARD_REMOVE) = ?
load(@0) = 0
mremap(@0, 2M, 2M, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @0 + 4M) = @0 + 4M
expect vma(@0 + 4M).pgoff == (@0 + 4M) / PAGE
load(@0 + 4M) = 0
