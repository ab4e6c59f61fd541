# A private mapping of /dev/zero has a file and is anonymous all the same.  Its page offset is the
# file offset it was mapped at, so two neighbours with offset 0 do not merge; a move while it is
# untouched gives it the offset of its address.
# Kernel: drivers/char/mem.c mmap_zero(), mm/vma.c copy_vma()

title "/dev/zero, mapped private"
window 40p

f = open("/dev/zero", O_RDWR)
mmap(@1, 2p, RW, PRIVATE|FIXED, f, 0) = @1
mmap(@3, 2p, RW, PRIVATE|FIXED, f, 0) = @3
expect mergeable(@2, @3) == pgoff
expect vma(@1).pgoff == 0

mremap(@1, 2p, 2p, MAYMOVE|FIXED, @20) = @20
expect vma(@20).pgoff == @20/PAGE
