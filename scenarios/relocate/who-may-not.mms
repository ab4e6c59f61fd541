# Which memory is not relocated? With MREMAP_RELOCATE_ANON it moves as ever, with
# MREMAP_MUST_RELOCATE_ANON it stays where it is.
title "MREMAP_RELOCATE_ANON: what is not relocated"
set relocate_anon = v1
window 200p

step "a relative by fork may have its pages"
mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@1, 5p, 7)
C = fork()
mremap(@1, 5p, 5p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @101) = -EFAULT
expect content(@1) == 7, vmas(@101..@106) == 0
C: mremap(@1, 5p, 5p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @101) = -EFAULT
C: mremap(@1, 5p, 5p, MAYMOVE|FIXED|RELOCATE_ANON, @101) = @101
expect vma(C:@101).pgoff == @1 / PAGE
C: G = fork()
C: exit(0)
mremap(@1, 5p, 5p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @101) = -EFAULT
G: mremap(@101, 5p, 5p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @1) = -EFAULT
G: exit(0)

step "and when all of them are gone"
mremap(@1, 5p, 5p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @101) = @101
expect vma(@101).pgoff == @101 / PAGE, content(@105) == 7
munmap(@101, 5p)

step "shared memory"
mmap(@1, 5p, RW, SHARED|ANONYMOUS|FIXED, -1, 0)
store(@1)
mremap(@1, 5p, 5p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @101) = -EFAULT
mremap(@1, 5p, 5p, MAYMOVE|FIXED|RELOCATE_ANON, @101) = @101
munmap(@101, 5p)

step "charges and counters are as before a refusal"
mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@1, 5p, 7)
D = fork()
mremap(@1, 5p, 9p, MAYMOVE|MUST_RELOCATE_ANON|FIXED, @101) = -EFAULT
expect mm(P).rss_anon == 5
