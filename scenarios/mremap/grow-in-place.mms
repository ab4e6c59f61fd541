# An area grows into free space behind it, and takes in what lies behind that if it fits.
# Kernel: mm/mremap.c expand_vma_in_place(), mm/vma.c vma_merge_extend()

title "mremap grows in place"
window 40p

mmap(@1, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
munmap(@2, 1p)
mremap(@1, 1p, 2p, 0, 0) = @1
expect vma(@1).end == @4

step "from the middle of an area to its end"
mmap(@10, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @10
munmap(@12, 1p)
mremap(@11, 1p, 2p, 0, 0) = @11
expect vma(@10).end == @13

step "nothing free behind"
mremap(@1, 3p, 4p, 0, 0) = -ENOMEM
