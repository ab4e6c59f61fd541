# PR_SET_MEMORY_MERGE makes new private memory mergeable by KSM.  The flag is set before the merge
# is tried, so that it does not part a new mapping from an old one that has it too.  What was
# mapped before the prctl gets it by that call as well.
# Kernel: tools/testing/selftests/mm/merge.c ksm_merge

title "PR_SET_MEMORY_MERGE does not part neighbours"
window 30p

mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@2, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @2
expect vma(@1).start == @1, vma(@1).end == @3
munmap(@2, 1p)
prctl(PR_SET_MEMORY_MERGE, 1, 0, 0, 0) = 0
mmap(@2, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @2
expect vma(@1).start == @1, vma(@1).end == @3
munmap(@1, 2p)
mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@2, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @2
expect vma(@1).start == @1, vma(@1).end == @3
