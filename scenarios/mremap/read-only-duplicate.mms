# May a file mapping that is shared but read-only be duplicated with an old length of 0?
#
# Yes; it counts as shared even though its descriptor allowed reading only.
# Kernel: mm/mremap.c check_prep_vma()

title "A duplicate of a read-only shared mapping"
window 60p

f = open("/tmp/data", O_RDONLY|O_CREAT, 0600)
mmap(@1, 4p, PROT_READ, SHARED|FIXED, f, 0) = @1
mremap(@1, 0, 2p, MAYMOVE|FIXED, @20) = @20
expect vma(@20).pgoff == 0, vma(@1).len == 4p
mremap(@3, 0, 2p, MAYMOVE|FIXED, @30) = @30
expect vma(@30).pgoff == 2
mmap(@10, 4p, PROT_READ, PRIVATE|FIXED, f, 0) = @10
mremap(@10, 0, 2p, MAYMOVE|FIXED, @40) = -EINVAL
