# Whatever cannot be allocated: nothing is lost, and nothing is found in the wrong place.
title "MREMAP_RELOCATE_ANON without memory"
set relocate_anon = v1
window 6M

for n in 1..8 {
	mmap(@0, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
	store(@0, 5p, 7)
	mremap(@0, 5p, 5p, MAYMOVE|FIXED|RELOCATE_ANON, @0 + 2M) = ? fail_nth n
	check
	munmap(@0, 6M)
	mmap(@0, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
	store(@0, 5p, 7)
	mremap(@0, 5p, 5p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @0 + 2M) = ? fail_nth n
	check
	munmap(@0, 6M)
}
