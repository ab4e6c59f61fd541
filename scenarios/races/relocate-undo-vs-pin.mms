# The first page is relocated, the second cannot be: the relocation is taken back, but for a page which a
# device has got hold of in between. Where will it be looked for?
title "A relocation that is not taken back for a pinned page"
set relocate_anon = v1
set thp = never
set thp.16K = madvise
window 4M
bug relocate-undo-asks-for-pins

mmap(@3, 5p, RW, PRIVATE|ANONYMOUS|FIXED)
madvise(@3, 5p, MADV_HUGEPAGE)
store(@4, 4p, 7)
store(@3, 1p, 6)
pin(@5, 1p)
race {
	mover in P { mremap(@3, 5p, 5p, MAYMOVE|FIXED|RELOCATE_ANON, @20) = @20 }
	device in P.dev { gup_fast(@3, 1p, FOLL_PIN|FOLL_WRITE) = 0 or 1 }
}
must violate rmap-reaches
expect content(@20) == 6, rmap(@20) == {P:@20}
