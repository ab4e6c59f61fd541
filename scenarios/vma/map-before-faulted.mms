# New memory is mapped right before an area that was written to.  The area grows downwards, and
# its page offset goes down with it.
# Kernel: mm/vma.c vma_merge_new_range()

title "mmap before a faulted area"
window 20p

mmap(@5, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
store(@5)
mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1

expect vma(@1) == vma(@8), vma(@1).pgoff == @1/PAGE
