# The same, but the right neighbour was never written to: all three become one.
# Kernel: tools/testing/selftests/mm/merge.c mremap_unfaulted_between_faulted_unfaulted

title "mremap: untouched area between a faulted and an untouched one"
window 3100p

mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@7, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @7
mmap(@14, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @14
mremap(@14, 5p, 5p, MAYMOVE|FIXED, @2014) = @2014
mremap(@7, 5p, 5p, MAYMOVE|FIXED, @1007) = @1007
store(@1)
mremap(@2014, 5p, 5p, MAYMOVE|FIXED, @11) = @11
mremap(@1007, 5p, 5p, MAYMOVE|FIXED, @6) = @6

expect vma(@1).start == @1, vma(@1).end == @16
