# An untouched area is moved behind one that was written to.  It has no pages, hence no history:
# its page offset is set anew and it merges.
# Kernel: tools/testing/selftests/mm/merge.c mremap_unfaulted_to_faulted

title "mremap: untouched area behind a faulted one"
window 3100p

mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@7, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @7
mremap(@7, 5p, 5p, MAYMOVE|FIXED, @1007) = @1007
store(@1)
mremap(@1007, 5p, 5p, MAYMOVE|FIXED, @6) = @6

expect vma(@1).start == @1, vma(@1).end == @11
expect vmas(@1..@11) == 1
