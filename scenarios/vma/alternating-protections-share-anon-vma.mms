# Areas which differ only in their permissions borrow each other's anon_vma when they are first
# written to.  What is it good for?  Once the permissions are equal again they merge.
# Kernel: mm/vma.c find_mergeable_anon_vma(), mm/rmap.c __anon_vma_prepare()

title "Neighbours with other permissions share an anon_vma"
window 20p

mmap(@1, 12p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mprotect(@5, 4p, RW|PROT_EXEC)
store(@1)
store(@5)
store(@9)
expect vmas(@1..@13) == 3
expect vma(@1).anon_vma == vma(@5).anon_vma, vma(@5).anon_vma == vma(@9).anon_vma

mprotect(@5, 4p, RW)
expect vmas(@1..@13) == 1
