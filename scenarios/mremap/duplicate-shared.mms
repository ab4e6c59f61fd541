# An old length of 0 makes a second mapping of a shared file; for private memory it is an error.
# Kernel: mm/mremap.c vma_to_resize()

title "mremap with an old length of 0"
window 60p

f = memfd_create("m", 0)
ftruncate(f, 4p)
mmap(@1, 4p, RW, SHARED|FIXED, f, 0) = @1
store(@2, 1p, 9)
mremap(@1, 0, 4p, MAYMOVE|FIXED, @20) = @20
load(@21) = 9
expect folio(@21) == folio(@2), vma(@20).pgoff == 0

step "without MAYMOVE it cannot grow"
mremap(@1, 0, 4p, 0, 0) = -ENOMEM

step "onto itself it destroys what it should copy"
mremap(@20, 0, 4p, MAYMOVE|FIXED, @20) = -EFAULT
expect vmas(@20..@24) == 0
