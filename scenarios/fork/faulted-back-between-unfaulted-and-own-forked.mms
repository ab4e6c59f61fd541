# Half of a written area moves away; something untouched is mapped before its old place; it comes back.
# The test goes on in a forked child: what it inherited with pages merges with none of its
# untouched neighbours, only with its own other pieces.
# Kernel: tools/testing/selftests/mm/merge.c merge_with_fork.mremap_faulted_to_unfaulted_prev_faulted_next, forked

title "mremap: half of a faulted area comes back, with something untouched before it (in a forked child)"
window 60p

mmap(@4, 6p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4)
Q = fork()
Q: mremap(@4, 3p, 3p, MAYMOVE|FIXED, @20) = @20
Q: mmap(@1, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
Q: mremap(@20, 3p, 3p, MAYMOVE|FIXED|DONTUNMAP, @4) = @4

expect vma(Q:@1).start == @1, vma(Q:@1).end == @4
expect vma(Q:@4).start == @4, vma(Q:@4).end == @10
