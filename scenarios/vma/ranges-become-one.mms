# Three areas with holes between them; the holes are filled piece by piece, at one end, at the other
# end, alone in the middle.  What merges when?
#
# Each piece with what it touches; in the end all is one, and it is the lowest VMA.
# Kernel: tools/testing/vma/vma.c merge_new; mm/vma.c vma_merge_new_range()

title "Holes are filled piece by piece"
window 30p

munmap(@1, 12p)
mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
mmap(@12, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @12
store(@4)
let first = vma(@1)
let last = vma(@12)
step "alone"
mmap(@8, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
expect vmas(@1..@13) == 4
let alone = vma(@8)
step "the first takes the second in, and its anon_vma"
mmap(@3, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @3
expect vma(@4) == first, vma(@1).anon_vma == folio(@4).anon_vma, vmas(@1..@13) == 3
step "it grows"
mmap(@5, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
expect vma(@5) == first, vma(@1).end == @6
step "the next one grows downwards"
mmap(@7, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @7
expect vma(@7) == alone, vma(@7).pgoff == @7/PAGE
step "the first takes it in"
mmap(@6, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @6
expect vma(@8) == first, vma(@1).end == @10, vmas(@1..@13) == 2
step "the last one grows downwards, and is taken in"
mmap(@11, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @11
expect vma(@11) == last
mmap(@10, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @10
expect vma(@12) == first, vmas(@1..@13) == 1, anon_vma(@1).active == 1
