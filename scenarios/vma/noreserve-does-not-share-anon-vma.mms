# Neighbours which differ in more than permissions do not borrow an anon_vma: here one is
# charged and the other was mapped with MAP_NORESERVE.
# Kernel: mm/vma.c anon_vma_compatible()

title "Neighbours that differ in MAP_NORESERVE have anon_vmas of their own"
window 20p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@5, 4p, RW, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = @5
store(@1)
store(@5)

expect vma(@1).anon_vma != vma(@5).anon_vma
expect mergeable(@4, @5) == flags
