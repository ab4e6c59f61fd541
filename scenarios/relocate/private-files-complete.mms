# Pages of a private file mapping that were written to belong to an anon_vma. May it be another one after a
# move, so that the mapping merges?
#
# Their index is that of the file and stays; pages of the file itself have nothing to change.
title "A complete relocation of a private file mapping"
set relocate_anon = complete
window 200p

f = memfd_create("f", 0)
ftruncate(f, 10p)
mmap(@1, 5p, RW, PRIVATE|FIXED, f, 0)
store(@1)
mmap(@101, 5p, RW, PRIVATE|FIXED, f, 5p)
store(@101, 2p, 7)
load(@104) = 0
mremap(@101, 5p, 5p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @6) = @6
expect vma(@1).start == @1, vma(@1).end == @11, content(@7) == 7
expect folio(@7).anon_vma == folio(@1).anon_vma, folio(@7).index == 6, rmap(@7) == {P:@7}
expect pte(@9).present, !folio(@9).anon
