# Moves of 1 MiB and of 2 MiB between addresses of every alignment: is every page where it should
# be, and nothing else?
# Kernel: tools/testing/selftests/mm/mremap_test.c; mm/mremap.c get_extent()

title "Moves between alignments"
window 6*PMD

let a = (@0 + PMD - 1) & ~(PMD - 1)
for i in 0..3 {
	# from 0, 256 KiB, 512 KiB, 768 KiB behind a 2 MiB boundary
	mmap(a + i*64p, 256p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = a + i*64p
	store(a + i*64p, 256p, 7)
	for j in 0..2 {
		# to 1, 2, 3 pages behind another one, then to the same place in it
		mremap(a + i*64p, 256p, 256p, MAYMOVE|FIXED, a + 2*PMD + j*1p) = a + 2*PMD + j*1p
		load(a + 2*PMD + j*1p, 256p) = 7
		mremap(a + 2*PMD + j*1p, 256p, 256p, MAYMOVE|FIXED, a + 4*PMD + i*64p) = \
			a + 4*PMD + i*64p
		load(a + 4*PMD + i*64p, 256p) = 7
		mremap(a + 4*PMD + i*64p, 256p, 256p, MAYMOVE|FIXED, a + i*64p) = a + i*64p
		load(a + i*64p, 256p) = 7
	}
	munmap(a + i*64p, 256p)
}
