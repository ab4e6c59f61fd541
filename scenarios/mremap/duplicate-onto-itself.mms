# A shared mapping is duplicated, with an old length of 0, to the very address it is at.  What is
# there afterwards?
#
# Nothing, and the call fails: an empty range overlaps nothing, so that the check passes; then the
# destination is unmapped, which was the source.
# Kernel: mm/mremap.c check_mremap_params(), mremap_to()

title "mremap duplicates onto itself"
window 60p

f = memfd_create("m", 0)
ftruncate(f, 4p)
mmap(@1, 4p, RW, SHARED|FIXED, f, 0) = @1
mremap(@1, 0, 4p, MAYMOVE|FIXED, @1) = -EFAULT
expect vmas(@1..@5) == 0
expect quirk(duplicate_onto_itself) == 1
