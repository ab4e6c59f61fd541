# ksmd merges two pages while their owner stores to one of them. Is the store ever lost, or seen in the
# other page?
#
# No: ksmd takes the write permission away before it compares, and looks at the entry again before it
# replaces it. Either the store comes first and the pages differ, or it finds a page of KSM and copies.
# Kernel: mm/ksm.c try_to_merge_one_page(), write_protect_page(), replace_page()

title "ksmd against a store"
window 8p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@1, 2p, MADV_MERGEABLE)
store(@1, 2p, 7)
race {
	ksmd { merge(P:@1, P:@2) = 0 or -EFAULT }
	writer in P { store(@1, 1p, 9) }
}
expect content(@1) == 9, content(@2) == 7
expect !pte(@1).write || folio(@1).exclusive
