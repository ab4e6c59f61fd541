# MREMAP_DONTUNMAP of the middle of an area: is the area split?
#
# No.  The pages go, the area stays whole and keeps its anon_vma.
# Kernel: mm/mremap.c dontunmap_complete()

title "MREMAP_DONTUNMAP of a part of an area"
window 60p

mmap(@1, 6p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 6p, 2)
let old = vma(@1)
mremap(@3, 2p, 2p, MAYMOVE|FIXED|DONTUNMAP, @40) = @40
expect vma(@1) == old, vma(@5) == old, vma(@1).anon_vma == vma(@40).anon_vma
load(@2) = 2
load(@3, 2p) = 0
load(@5) = 2
load(@40, 2p) = 2

step "over a part of what is mapped at the destination"
mmap(@20, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
store(@20, 4p, 8)
mremap(@1, 2p, 2p, MAYMOVE|FIXED|DONTUNMAP, @21) = @21
load(@20) = 8
load(@21, 2p) = 2
load(@23) = 8
