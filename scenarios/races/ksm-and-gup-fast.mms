# A device takes a page by the fast path, without any lock, while ksmd merges it. Can the device be left with
# a page that the process no longer has?
#
# No: ksmd clears the entry and then looks at the references; the fast path takes its reference and then looks
# at the entry again. One of both sees the other.
# Kernel: mm/ksm.c write_protect_page(), mm/gup.c gup_fast_pte_range()

title "ksmd against GUP-fast"
window 8p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 2p, MADV_MERGEABLE)
store(@1, 2p, 7)
race {
	ksmd { merge(P:@1, P:@2) = 0 or -EFAULT }
	device in P { gup_fast(@1, 1p, FOLL_PIN|FOLL_WRITE) = 0 or 1 }
}
expect !folio(@1).pinned || folio(@1).exclusive
expect !folio(@1).ksm || folio(@1) == folio(@2)
sometimes folio(@1).pinned
sometimes folio(@1).ksm
