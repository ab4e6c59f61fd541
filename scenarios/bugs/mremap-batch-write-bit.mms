# Of a folio of 64K one page may be written to, the others have been shared and may not, until the next store asks who else
# has them. The area moves, word by word or many at a time. May the others be written to at the new place?
#
# No: words that go together have to be alike in that.
# Kernel: mm/mremap.c mremap_folio_pte_batch(); 04d1c9d60c6e

title "Words move as writable as the first of them"
set thp = madvise
set thp.2M = never
set thp.64K = always
bug mremap-batch-write-bit
window 4M

mmap(@16, 16p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @16
store(@16, 16p, 7)
Q = fork()
Q: exit(0)
store(@16, 1p, 8)
expect folio(@16) == folio(@17), pte(@16).write, !pte(@17).write
mremap(@16, 16p, 16p, MAYMOVE|FIXED, @64) = @64
store(@65, 1p, 9)
expect content(@64) == 8, content(@65) == 9
must violate folio-exclusive
