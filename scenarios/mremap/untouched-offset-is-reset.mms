# Untouched memory is moved.  Its page offset becomes that of its new address, as if it had been
# mapped there; it may even merge with what it was cut from.
# Kernel: mm/vma.c copy_vma()

title "mremap resets the offset of untouched memory"
window 60p

mmap(@1, 10p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mremap(@3, 2p, 2p, MAYMOVE|FIXED, @11) = @11

expect maps {
	@1-@3 rw-p
	@5-@13 rw-p pgoff=@5/PAGE
}
