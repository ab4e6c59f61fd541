# Five areas of one page each with holes between them are shrunk to one page, in place and to a
# fixed address.
# Kernel: tools/testing/selftests/mm/mremap_test.c shrink multiple VMAs

title "mremap shrinks over several areas"
window 100p

for i in 0..4 {
	mmap(@1 + i*2p, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1 + i*2p
	mmap(@21 + i*2p, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @21 + i*2p
}
for i in 0..3 {
	munmap(@2 + i*2p, 1p)
	munmap(@22 + i*2p, 1p)
}
expect vmas(@1..@10) == 5, vmas(@21..@30) == 5
mremap(@1, 9p, 1p, 0, 0) = @1
expect vmas(@1..@10) == 1
mremap(@21, 9p, 1p, MAYMOVE|FIXED, @61) = @61
expect vmas(@21..@30) == 0, vma(@61).len == 1p
