# The child has unmapped what it inherited, after it had a child of its own: no child has the memory, and
# somebody shares it.
title "A relocation of pages that a grandchild shares"
set relocate_anon = v1
window 40p
bug relocate-asks-children

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 4p, 7)
C = fork()
C: G = fork()
C: munmap(@4, 4p)
mremap(@4, 4p, 4p, MAYMOVE|FIXED|RELOCATE_ANON, @20) = @20
must violate rmap-reaches
expect content(@21) == 7, folio(@21).mapcount >= 2
