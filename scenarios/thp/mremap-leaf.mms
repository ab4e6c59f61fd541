# A huge page is moved by mremap(): as one entry, or page by page?
#
# As one entry if both places are aligned to 2 MiB. Else the entry is split and the 512
# words move; the folio stays whole, and is not partially mapped, even if one half of it is
# mapped here and the other there. Neither its index nor its anon_vma change.
title "mremap() of huge pages"
window 16M

x = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 4M, MADV_HUGEPAGE)
store(x)
store(x + 2M)
let f = folio(x)
let index = folio(x).index
mremap(x, 2M, 2M, MAYMOVE|FIXED, @0)
expect pte(@0).huge, folio(@0) == f, f.index == index, f.entire_mapcount == 1

note "to a place that is aligned to pages only"
let g = folio(x + 2M)
mremap(x + 2M, 2M, 2M, MAYMOVE|FIXED, @0 + 4M + 1p)
expect pte(@0 + 4M + 1p).huge == 0, folio(@0 + 4M + 1p) == g, folio(@0 + 6M) == g
expect g.order == 9, g.nr_pages_mapped == 512, g.partially_mapped == 0, g.mapcount == 512

note "half of the first one: mapped at two places, all of it"
mremap(@0 + 1M, 1M, 1M, MAYMOVE|FIXED, @0 + 8M)
expect pte(@0).huge == 0, folio(@0) == f, folio(@0 + 8M) == f
expect f.nr_pages_mapped == 512, f.partially_mapped == 0
expect folio(@0).exclusive, folio(@0 + 8M).exclusive
