# New memory is mapped right behind an area that was written to.  One VMA or two?
#
# One: the new range has no anon_vma yet and the existing one simply covers more.
# Kernel: mm/vma.c vma_merge_new_range()

title "mmap behind a faulted area"
window 20p

a = mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1)
mmap(@5, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5

expect maps {
	@1-@9 rw-p pgoff=a/PAGE anon_vma=A
}
