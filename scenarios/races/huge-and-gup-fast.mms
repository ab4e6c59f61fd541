# A device takes a page of a huge page without any lock while the huge page goes: is it the one it holds?
#
# It takes a reference and looks at the word once more; either it has the page, or it has nothing.
# Kernel: mm/gup.c gup_fast_pmd_leaf(), mm/huge_memory.c zap_huge_pmd()
title "MADV_DONTNEED of a huge page against GUP-fast"
window 4M
set thp = always

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@5, 1p, 7)
race {
	freer in P { madvise(@0, 2M, MADV_DONTNEED) = 0 }
	device in P { gup_fast(@5, 1p) = 0 or 1 }
}
expect pte(@0).none, mm(P).rss_anon == 0
