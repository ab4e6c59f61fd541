# A block is made of one page of a huge folio, of all pages of one, of pages of many: does it become huge again?
#
# It does, each time with a new folio: what the old ones are part of does not matter.
# Kernel: tools/testing/selftests/mm/khugepaged.c collapse_single_pte_entry_compound(), collapse_full_of_compound(),
# collapse_compound_extreme()

title "Collapse of parts of huge pages"
set thp = madvise

x = mmap(NULL, 8M, RW, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
madvise(x, 8M, MADV_HUGEPAGE)
note "one page is left, as a part of its folio"
for i in 0..1 {
	store(x + i * 2M, 1p, 5)
	madvise(x + i * 2M, 2M, MADV_NOHUGEPAGE)
	madvise(x + i * 2M + 1p, 511p, MADV_DONTNEED)
	expect folio(x + i * 2M).order == 9, folio(x + i * 2M).mapcount == 1
}
let old = folio(x)
madvise(x, 4M, MADV_HUGEPAGE)
madvise(x, 2M, MADV_COLLAPSE)
expect pte(x).huge, folio(x) != old, content(x) == 5, content(x + 1p) == 0
khugepaged: collapse(P:x + 2M) = SCAN_SUCCEED
expect pte(x + 2M).huge, content(x + 2M) == 5

note "all pages of one, by PTEs"
for i in 2..3 {
	store(x + i * 2M, 512p, 5)
	madvise(x + i * 2M, 2M, MADV_NOHUGEPAGE)
	mprotect(x + i * 2M, 1p, READ)
	mprotect(x + i * 2M, 1p, RW)
	expect pte(x + i * 2M).huge == 0, folio(x + i * 2M).mapcount == 512
}
madvise(x + 4M, 4M, MADV_HUGEPAGE)
madvise(x + 4M, 2M, MADV_COLLAPSE)
khugepaged: collapse(P:x + 6M) = SCAN_SUCCEED
expect pte(x + 4M).huge, pte(x + 6M).huge, content(x + 6M + 511p) == 5

note "of sixteen, 32 pages each: what is there moves away with those of a new huge page, and comes back grown"
y = mmap(NULL, 16M, NONE, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
let base = y + 4M
let aside = y + 10M
mmap(base, 2M, RW, PRIVATE|ANONYMOUS|NORESERVE|FIXED, -1, 0) = base
for i in 0..15 {
	madvise(base, 2M, MADV_HUGEPAGE)
	store(base, 1p, i)
	expect pte(base).huge
	madvise(base, 2M, MADV_NOHUGEPAGE)
	mremap(base - i * 32p, i * 32p + 2M, (i + 1) * 32p, MAYMOVE|FIXED, aside) = aside
	mremap(aside, (i + 1) * 32p, (i + 1) * 32p + 2M, MAYMOVE|FIXED, base - (i + 1) * 32p) = base - (i + 1) * 32p
}
munmap(base, 2M)
expect vmas(base - 2M..base) == 1, folio(base - 2M).order == 9, folio(base - 2M).mapcount == 32
expect folio(base - 2M) != folio(base - 2M + 32p), content(base - 2M) == 0, content(base - 32p) == 15
madvise(base - 2M, 2M, MADV_HUGEPAGE)
madvise(base - 2M, 2M, MADV_COLLAPSE)
expect pte(base - 2M).huge, content(base - 2M + 32p) == 1, content(base - 32p) == 15
