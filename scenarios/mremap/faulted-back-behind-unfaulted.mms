# A written area moves away; something untouched is mapped before its old place; it comes back.
# Kernel: tools/testing/selftests/mm/merge.c merge_with_fork.mremap_faulted_to_unfaulted_prev, unforked

title "mremap: a faulted area comes back behind an untouched one"
window 60p

mmap(@4, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4)
mremap(@4, 3p, 3p, MAYMOVE|FIXED, @20) = @20
mmap(@1, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mremap(@20, 3p, 3p, MAYMOVE|FIXED|DONTUNMAP, @4) = @4

expect vma(@1).start == @1, vma(@1).end == @7
