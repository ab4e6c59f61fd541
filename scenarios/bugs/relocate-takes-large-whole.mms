# A part of a large folio was moved away, and the rest would fit in the range that is relocated, head and
# all: its index is changed for both parts.
title "A relocation of a large folio that is not all there"
set relocate_anon = v1
set thp = never
set thp.16K = madvise
window 4M
bug relocate-takes-large-whole

mmap(@8, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
madvise(@8, 4p, MADV_HUGEPAGE)
store(@8, 4p, 7)
mremap(@10, 2p, 2p, MAYMOVE|FIXED, @30) = @30
mmap(@10, 2p, RW, PRIVATE|ANONYMOUS|FIXED)
madvise(@10, 2p, MADV_HUGEPAGE)
expect vmas(@8..@12) == 1
mremap(@8, 4p, 4p, MAYMOVE|FIXED|RELOCATE_ANON, @20) = @20
must violate rmap-reaches
expect content(@21) == 7, content(@30) == 7
