# An area that was not inherited has one anon_vma in its chain. That says nothing of children: what one of
# them still shares gets an anon_vma that leads to the parent alone.
# Of the first posting of MREMAP_RELOCATE_ANON, March 2025
title "A relocation of pages that a child shares"
set relocate_anon = v1
window 40p
bug relocate-asks-own-chain

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 4p, 7)
C = fork()
mremap(@4, 4p, 4p, MAYMOVE|FIXED|RELOCATE_ANON, @20) = @20
must violate rmap-reaches
expect content(@21) == 7, folio(@21).mapcount >= 2
