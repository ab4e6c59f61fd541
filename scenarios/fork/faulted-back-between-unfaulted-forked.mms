# A written area moves away; both sides of its old place are mapped, untouched; it comes back.
# The test goes on in a forked child: what it inherited with pages merges with none of its
# untouched neighbours, only with its own other pieces.
# Kernel: tools/testing/selftests/mm/merge.c merge_with_fork.mremap_faulted_to_unfaulted_prev_unfaulted_next, forked

title "mremap: a faulted area comes back between two untouched ones (in a forked child)"
window 60p

mmap(@4, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4)
Q = fork()
Q: mremap(@4, 3p, 3p, MAYMOVE|FIXED, @20) = @20
Q: mmap(@1, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
Q: mmap(@7, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @7
Q: mremap(@20, 3p, 3p, MAYMOVE|FIXED|DONTUNMAP, @4) = @4

expect vma(Q:@1).start == @1, vma(Q:@1).end == @4
expect vma(Q:@4).start == @4, vma(Q:@4).end == @7
expect vma(Q:@7).start == @7, vma(Q:@7).end == @10
