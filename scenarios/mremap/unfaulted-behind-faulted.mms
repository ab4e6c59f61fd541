# The mirror image: the untouched area lands before the one that was written to.
# Kernel: tools/testing/selftests/mm/merge.c mremap_unfaulted_behind_faulted

title "mremap: untouched area before a faulted one"
window 3100p

mmap(@6, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @6
mmap(@14, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @14
mremap(@14, 5p, 5p, MAYMOVE|FIXED, @1014) = @1014
store(@6)
mremap(@1014, 5p, 5p, MAYMOVE|FIXED, @1) = @1

expect vma(@1).start == @1, vma(@1).end == @11
