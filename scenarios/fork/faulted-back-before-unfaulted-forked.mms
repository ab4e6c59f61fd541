# A written area moves away; something untouched is mapped behind its old place; it comes back.
# The test goes on in a forked child: what it inherited with pages merges with none of its
# untouched neighbours, only with its own other pieces.
# Kernel: tools/testing/selftests/mm/merge.c merge_with_fork.mremap_faulted_to_unfaulted_next, forked

title "mremap: a faulted area comes back before an untouched one (in a forked child)"
window 60p

mmap(@1, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1)
Q = fork()
Q: mremap(@1, 3p, 3p, MAYMOVE|FIXED, @20) = @20
Q: mmap(@4, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
Q: mremap(@20, 3p, 3p, MAYMOVE|FIXED|DONTUNMAP, @1) = @1

expect vma(Q:@1).start == @1, vma(Q:@1).end == @4
expect vma(Q:@4).start == @4, vma(Q:@4).end == @7
