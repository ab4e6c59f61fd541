# A device holds a page that is relocated. The pass counts it as done and leaves it alone: the area says
# where it is now, the page where it was.
# Of MREMAP_RELOCATE_ANON as posted, June 2025
title "A relocation that leaves pinned pages behind"
set relocate_anon = v1
window 40p
bug relocate-leaves-pinned

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 4p, 7)
pin(@5, 1p)
mremap(@4, 4p, 4p, MAYMOVE|FIXED|RELOCATE_ANON, @20) = @20
must violate rmap-reaches
expect content(@21) == 7
