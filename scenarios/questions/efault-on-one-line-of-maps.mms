# mremap() gives EFAULT for a range that is one line in maps.  How can that be?
#
# It was not one area when the call was made.  A lock on a part, or a write to it, splits for a
# while; growth and MREMAP_DONTUNMAP alone want the whole range in one area.
# Kernel: mm/mremap.c check_prep_vma()

title "EFAULT on what maps shows as one"
window 100p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
expect maps {
	@1-@9 rw-p
}
step "what is one to the reader is two for a moment"
mlock(@5, 4p)
mremap(@1, 8p, 12p, MAYMOVE, 0) = -EFAULT
mremap(@1, 8p, 8p, MAYMOVE|DONTUNMAP, 0) = -EFAULT
munlock(@5, 4p)
expect maps {
	@1-@9 rw-p
}
a = mremap(@1, 8p, 12p, MAYMOVE, 0)
expect vma(a).len >= 12p

step "a move of the same size to a fixed address does not care"
mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mlock(@5, 4p)
mremap(@1, 8p, 8p, MAYMOVE|FIXED, @50) = @50
