# khugepaged makes 2 MiB of two pages while MADV_DONTNEED throws one of them away. Is it gone in every order?
#
# Yes: MADV_DONTNEED holds mmap_lock or the area's lock for reading, and the collapse takes both for writing.
# Kernel: mm/khugepaged.c collapse_huge_page(), mm/memory.c zap_pmd_range()
title "A collapse against MADV_DONTNEED"
set thp = madvise
window 4M

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_NOHUGEPAGE)
store(@0, 1p, 7)
store(@5, 1p, 8)
madvise(@0, 2M, MADV_HUGEPAGE)
race {
	khugepaged { collapse(P:@0) = ? }
	thrower in P { madvise(@0, 1p, MADV_DONTNEED) }
}
expect vmas(@0..@512) == 1, content(@5) == 8, content(@0) == 0
sometimes pte(@0).huge
