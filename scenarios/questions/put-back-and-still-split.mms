# I change the permissions of a part of my memory, write to that part, and put the permissions back.
# Why does it stay two lines in maps?
#
# Because one half was touched and the other was not.  Until 6.15 the kernel asked whether the
# untouched half had a history of its own, got the answer for the wrong area, and refused.
# Kernel: mm/vma.c is_mergeable_anon_vma(), 6.15

title "Put back and still split, up to 6.15"
set kernel = 6.15
window 20p

mmap(@1, 10p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mprotect(@6, 5p, RW|PROT_EXEC)
store(@6)
mprotect(@6, 5p, RW)
expect vmas(@1..@11) == 2, vma(@1).anon_vma == 0, vma(@6).anon_vma != 0

step "the other way round it always worked"
munmap(@1, 10p)
mmap(@1, 10p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mprotect(@6, 5p, RW|PROT_EXEC)
store(@1)
mprotect(@6, 5p, RW)
expect vmas(@1..@11) == 1
