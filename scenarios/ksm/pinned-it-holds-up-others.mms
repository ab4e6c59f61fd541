# Three pages are alike, and a device holds the first of them. Can the other two be merged?
#
# No. The first waits, and each of the others is to be merged with it: it becomes a page of KSM, that
# fails, and it is copied, at each scan anew. They never meet each other.
# Kernel: mm/ksm.c unstable_tree_search_insert(), try_to_merge_two_pages(), break_cow()

title "A pinned page in the unstable tree"
window 16p

mmap(@1, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 3p, MADV_MERGEABLE)
store(@1, 3p, 77)
pin(@1, 1p)
let pinned = folio(@1)
let second = folio(@2)
ksmd: full_scan()
ksmd: full_scan()
ksmd: full_scan()
expect folio(@1) == pinned, folio(@2) != second, !folio(@2).ksm, !folio(@3).ksm
expect pte(@2).write == 0, folio(@2).exclusive, pte(@3).write == 0, folio(@3).exclusive
step "it is free"
unpin(@1, 1p)
ksmd: full_scan()
expect folio(@1) == folio(@2), folio(@2) == folio(@3), folio(@1).ksm
