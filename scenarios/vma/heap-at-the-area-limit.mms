# The process has more areas than it may have.  Does the heap still grow?
#
# Not above the limit, although it would need no new area; it still shrinks.
# Kernel: mm/vma.c do_brk_flags()

title "brk above max_map_count"
set layout = typical
set max_map_count = 40

b = brk(0)
brk(b + 4p) = b + 4p
for i in 0..60 {
	mmap(0x10000000 + i*2p, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = 0x10000000 + i*2p or -ENOMEM
}
expect mm(P).map_count == 41
brk(b + 5p) = b + 4p
brk(b + 3p) = b + 3p
munmap(0x10000000, 1p)
expect mm(P).map_count == 40
brk(b + 5p) = b + 5p
