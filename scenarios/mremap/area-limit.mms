# How near to max_map_count does mremap() still move?
#
# Up to six below it with MREMAP_FIXED or MREMAP_DONTUNMAP, up to four below it otherwise, however
# many areas it needs; growth in place always.
# Kernel: mm/mremap.c check_mremap_params(), prep_move_vma()

title "mremap near max_map_count"
set max_map_count = 16
window 60p

# the window is one; each of these cuts it, so that two more come with each
for i in 0..3 {
	mmap(@2 + i*6p, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @2 + i*6p
}
expect mm(P).map_count == 9
munmap(@4, 1p)
expect mm(P).map_count == 9
mremap(@2, 2p, 2p, MAYMOVE|FIXED, @50) = @50
expect mm(P).map_count == 10

step "six below the limit, then five"
mremap(@8, 2p, 2p, MAYMOVE|FIXED, @40) = @40
expect mm(P).map_count == 11
mremap(@14, 2p, 2p, MAYMOVE|FIXED, @30) = -ENOMEM
mremap(@14, 2p, 2p, MAYMOVE|DONTUNMAP, 0) = -ENOMEM

step "a plain move still works, and three below the limit no more"
a = mremap(@14, 2p, 3p, MAYMOVE, 0)
expect a != @14
mprotect(@58, 1p, PROT_READ)
expect mm(P).map_count == 13
mremap(@20, 2p, 3p, MAYMOVE, 0) = -ENOMEM
munmap(@22, 1p)
mremap(@20, 2p, 3p, 0, 0) = @20
