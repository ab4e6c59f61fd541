# Where may the holes of a range be that moves as a whole?
#
# Anywhere but at its start.
# Kernel: mm/mremap.c remap_move()

title "Holes in a range that moves"
window 120p

mmap(@2, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @2
mmap(@6, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @6
munmap(@1, 1p)
munmap(@4, 2p)
munmap(@8, 4p)
mremap(@1, 8p, 8p, MAYMOVE|FIXED, @41) = -EFAULT
expect vmas(@2..@8) == 2
mremap(@3, 8p, 8p, MAYMOVE|FIXED, @43) = @43
note "the first area was cut: its first page stays"
expect vma(@2).end == @3, vma(@43).len == 1p, vma(@46).start == @46, vma(@46).len == 2p
munmap(@2, 10p)
munmap(@20, 4p)
mremap(@20, 4p, 4p, MAYMOVE|FIXED, @60) = -EFAULT
