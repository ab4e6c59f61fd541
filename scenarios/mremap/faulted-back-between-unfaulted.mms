# A written area moves away; both sides of its old place are mapped, untouched; it comes back.
# Kernel: tools/testing/selftests/mm/merge.c merge_with_fork.mremap_faulted_to_unfaulted_prev_unfaulted_next, unforked

title "mremap: a faulted area comes back between two untouched ones"
window 60p

mmap(@4, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4)
mremap(@4, 3p, 3p, MAYMOVE|FIXED, @20) = @20
mmap(@1, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@7, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @7
mremap(@20, 3p, 3p, MAYMOVE|FIXED|DONTUNMAP, @4) = @4

expect vma(@1).start == @1, vma(@1).end == @10
