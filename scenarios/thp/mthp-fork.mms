# A folio of 64K and fork(): what is shared, who takes it over, page by page?
#
# Exclusivity is lost for each page. A store of one process copies that page alone. When the
# other one is gone, a store takes over the one page it is to; the folio stays with the
# anon_vma where it was born.
title "fork() of a folio that PTEs map"
set thp.64K = always

x = mmap(NULL, 64K, RW, PRIVATE|ANONYMOUS, -1, 0)
y = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
store(y)
expect folio(y).order == 4, folio(y).mapcount == 16, folio(y).refcount == 16
Q = fork()
expect folio(y).mapcount == 32, folio(y).maybe_mapped_shared, folio(y + 3p).exclusive == 0
let f = folio(y)
Q: store(y + 3p)
expect folio(Q:y + 3p).order == 0, folio(y + 3p) == f, f.mapcount == 31
exit(0)
expect f.mapcount == 15, f.maybe_mapped_shared == 0, f.partially_mapped
Q: store(y + 4p)
expect folio(Q:y + 4p) == f, folio(Q:y + 4p).exclusive, folio(Q:y + 5p).exclusive == 0
expect f.anon_vma != vma(Q:y).anon_vma
