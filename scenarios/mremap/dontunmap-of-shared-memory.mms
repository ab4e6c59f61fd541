# After MREMAP_DONTUNMAP private memory reads as zero at its old place.  And shared memory?
#
# It still shows its data: the pages belong to the file, and the old place finds them again.
# Kernel: mm/mremap.c move_vma()

title "MREMAP_DONTUNMAP of shared memory"
window 60p

f = memfd_create("m", 0)
ftruncate(f, 4p)
mmap(@1, 4p, RW, SHARED|FIXED, f, 0) = @1
store(@1, 4p, 9)
mremap(@1, 4p, 4p, MAYMOVE|FIXED|DONTUNMAP, @20) = @20
expect pte(@1).none
load(@1, 4p) = 9
load(@20, 4p) = 9
expect folio(@1) == folio(@20), folio(@1).mapcount == 2
