# Huge pages from the first touch on, and four blocks of small pages put together at once: what is huge afterwards?
#
# A store gives a huge page where the policy allows it; one page less, and no leaf is left.  MADV_COLLAPSE of four
# full blocks makes four huge pages with the data of the small ones.
# Kernel: tools/testing/selftests/mm/khugepaged.c alloc_at_fault(), collapse_full()

title "Huge pages: at the first touch, and of four blocks"
set thp = madvise

x = mmap(NULL, 2M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 2M, MADV_HUGEPAGE)
store(x, 1p, 5)
expect pte(x).huge
madvise(x, 1p, MADV_DONTNEED)
expect pte(x + 1p).huge == 0, pte(x).none, folio(x + 1p).order == 9

y = mmap(NULL, 8M, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
for i in 0..3 {
	store(y + i * 2M, 512p, 5 + i)
}
expect folio(y).order == 0, mm(P).rss_anon == 511 + 4 * 512
madvise(y, 8M, MADV_COLLAPSE)
for i in 0..3 {
	expect pte(y + i * 2M).huge, content(y + i * 2M) == 5 + i, content(y + i * 2M + 511p) == 5 + i
}
expect mm(P).rss_anon == 511 + 4 * 512

note "by khugepaged, block by block"
z = mmap(NULL, 8M, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
for i in 0..3 {
	store(z + i * 2M, 512p, 5 + i)
}
madvise(z, 8M, MADV_HUGEPAGE)
for i in 0..3 {
	khugepaged: collapse(P:z + i * 2M) = SCAN_SUCCEED
	expect pte(z + i * 2M).huge, content(z + i * 2M + 511p) == 5 + i
}
