# The same as put-back-and-still-split on a later kernel: does it heal?
#
# Yes, since 6.16, whichever half was touched; unless both were, apart from each other.
# Kernel: mm/vma.c is_mergeable_anon_vma(), vma_is_fork_child()

title "Put back and one again, since 6.16"
window 60p

step "the changed half was touched"
mmap(@1, 10p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mprotect(@6, 5p, RW|PROT_EXEC)
store(@6)
mprotect(@6, 5p, RW)
expect vmas(@1..@11) == 1

step "the other one was"
mmap(@20, 10p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
mprotect(@25, 5p, RW|PROT_EXEC)
store(@20)
mprotect(@25, 5p, RW)
expect vmas(@20..@30) == 1

step "both were: the second one had borrowed the anon_vma of the first"
mmap(@40, 10p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @40
mprotect(@45, 5p, RW|PROT_EXEC)
store(@40)
store(@45)
mprotect(@45, 5p, RW)
expect vmas(@40..@50) == 1

step "both were, and differed in more than permissions: two for ever"
munmap(@40, 10p)
mmap(@40, 10p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @40
madvise(@45, 5p, MADV_DONTFORK)
store(@40)
store(@45)
madvise(@45, 5p, MADV_DOFORK)
expect vmas(@40..@50) == 2, mergeable(@44, @45) == anon_vma
