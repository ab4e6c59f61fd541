# A forked child splits an inherited area and makes it one again.
# Kernel: mm/vma.c is_mergeable_anon_vma(): the same anon_vma on both sides

title "Pieces of one inherited area do merge"
window 40p

mmap(@1, 6p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 6p)
Q = fork()
Q: mprotect(@3, 2p, PROT_READ)
expect vmas(Q:@1..Q:@7) == 3
Q: mprotect(@3, 2p, RW)
expect vmas(Q:@1..Q:@7) == 1
Q: mremap(@3, 2p, 2p, MAYMOVE|FIXED, @20) = @20
Q: mremap(@20, 2p, 2p, MAYMOVE|FIXED, @3) = @3
expect vmas(Q:@1..Q:@7) == 1
