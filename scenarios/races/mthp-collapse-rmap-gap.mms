# khugepaged makes a folio of 16 KiB of four pages, and lets the lock of the anon_vma go as soon as those pages are
# locked, as is right for all of a table. Migration has put its entry in place of another page of that table, and
# comes back for it while the table is away.
#
# It finds no table and believes that there is nothing to do: the entry stays for ever, and leads to a page that is gone.
# As long as the lock is held until the table is back, migration waits.
title "The rmap lock goes before the table is back"
window 4M
set thp = never
set thp.16K = madvise
set collapse = mthp
bug mthp-collapse-unlocks-rmap

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_NOHUGEPAGE)
store(@0, 4p, 7)
store(@8, 1p, 5)
madvise(@0, 2M, MADV_HUGEPAGE)
race {
	khugepaged { collapse(P:@0) = ? }
	kcompactd { migrate(P:@8, 1p) = ? }
}
must violate migration-entries
