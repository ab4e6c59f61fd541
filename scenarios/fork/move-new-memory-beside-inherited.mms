# In a child, untouched memory is moved to right behind an inherited area.
#
# It stays apart, and so it does before it; between two pieces of an inherited area as well.
# Kernel: mm/vma.c vma_merge_copied_range(), vma_is_fork_child()

title "mremap of new memory beside inherited memory"
window 60p

mmap(@5, 6p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
store(@5, 6p)
Q = fork()
Q: munmap(@7, 2p)
Q: mmap(@30, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @30
Q: mremap(@30, 2p, 2p, MAYMOVE|FIXED, @7) = @7
expect vma(Q:@5).end == @7, vma(Q:@7).len == 2p, vma(Q:@9).start == @9
Q: mmap(@30, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @30
Q: mremap(@30, 2p, 2p, MAYMOVE|FIXED, @11) = @11
expect vma(Q:@9).end == @11
