# An area that was split before fork and one that the child splits itself: which one heals in the
# child?
#
# Only what the child split itself: those pieces have the same anon_vma.
# Kernel: mm/rmap.c anon_vma_fork(), mm/vma.c is_mergeable_anon_vma()

title "Split before fork, or after it"
window 60p

mmap(@1, 6p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 6p)
mmap(@20, 6p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
store(@20, 6p)
mprotect(@3, 4p, PROT_READ)
Q = fork()
Q: mprotect(@22, 4p, PROT_READ)
Q: mprotect(@3, 4p, RW)
Q: mprotect(@22, 4p, RW)
expect vmas(Q:@1..Q:@7) == 2, vmas(Q:@20..Q:@26) == 1
