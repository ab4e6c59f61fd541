# khugepaged makes 2 MiB of two pages while kcompactd gives one of them another frame, for which it walks the
# rmap twice. Does it find the word both times, or neither?
#
# Yes: the lock of the anon_vma is held while the table is out of reach and a page of it not yet locked.
# Kernel: mm/khugepaged.c collapse_huge_page(), mm/migrate.c migrate_folio_unmap()
title "A collapse against migration"
set thp = madvise
window 4M

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_NOHUGEPAGE)
store(@0, 1p, 7)
store(@5, 1p, 8)
madvise(@0, 2M, MADV_HUGEPAGE)
race {
	khugepaged { collapse(P:@0) = ? }
	kcompactd { migrate(P:@0, 1p) = ? }
}
expect content(@0) == 7, content(@5) == 8, pte(@0).migration == 0
sometimes pte(@0).huge
