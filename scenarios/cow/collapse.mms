# Small pages are collapsed before the fork, or after it when all, the lower half or the upper half is shared:
# does the child see what the parent writes?
#
# It does not: the huge page that replaces them is new and exclusive.
# Kernel: tools/testing/selftests/mm/cow.c "Basic COW after fork() when collapsing ..."; mm/khugepaged.c

title "Collapse around fork()"

x = mmap(NULL, 16M, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
store(x, 512p, 5)
store(x + 4M, 512p, 5)
store(x + 8M, 512p, 5)
store(x + 12M, 512p, 5)
step "before"
madvise(x, 2M, MADV_COLLAPSE)
expect pte(x).huge

step "after: fully shared, the lower half, the upper half"
madvise(x + 8M + 1M, 1M, MADV_DONTFORK)
madvise(x + 12M, 1M, MADV_DONTFORK)
Q = fork()
madvise(x + 8M + 1M, 1M, MADV_DOFORK)
madvise(x + 12M, 1M, MADV_DOFORK)
for i in 1..3 {
	madvise(x + i * 4M, 2M, MADV_COLLAPSE)
	expect pte(x + i * 4M).huge, pte(x + i * 4M).write, folio(x + i * 4M).exclusive
}
store(x, 512p, 6)
store(x + 4M, 512p, 6)
store(x + 8M, 512p, 6)
store(x + 12M, 512p, 6)
for i in 0..2 {
	Q: load(x + i * 4M) = 5
	Q: load(x + i * 4M + 255p) = 5
}
for i in 0..3 {
	expect content(x + i * 4M) == 6, content(x + i * 4M + 511p) == 6
}
Q: load(x + 511p) = 5
Q: load(x + 4M + 511p) = 5
Q: load(x + 12M + 1M) = 5
Q: load(x + 12M + 511p) = 5
Q: load(x + 8M + 1M) = SIGSEGV
