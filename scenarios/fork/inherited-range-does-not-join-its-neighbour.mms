# The child changes the permissions of what it inherited so that they equal those of new memory
# beside it.  It does not merge: the range that would be merged came by fork.
# Kernel: tools/testing/selftests/mm/merge.c forked_source_vma

title "mprotect of an inherited range does not merge it"
window 30p

mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = @1
store(@1)
Q = fork()
Q: store(@1..@6)
Q: mmap(@6, 5p, RW|EXEC, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = @6
expect vma(Q:@6).start == @6, vma(Q:@6).end == @11
Q: mprotect(@1, 5p, RW|EXEC)
expect vma(Q:@6).start == @6, vma(Q:@6).end == @11
expect vmas(Q:@1..Q:@11) == 2
