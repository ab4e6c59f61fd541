# A hole was cut into one written area, so that both ends have the same anon_vma and the right
# offsets.  An untouched area moved into the hole heals it.
# Kernel: tools/testing/selftests/mm/merge.c mremap_unfaulted_between_correctly_placed_faulted

title "mremap: an untouched area fills the hole of a faulted one"
window 3100p

mmap(@1, 15p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1)
munmap(@6, 5p)
mmap(@20, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
mremap(@20, 5p, 5p, MAYMOVE|FIXED, @6) = @6

expect vma(@1).start == @1, vma(@1).end == @16
expect vmas(@1..@16) == 1
