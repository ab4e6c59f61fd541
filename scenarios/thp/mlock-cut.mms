# mprotect() of one page cuts an mlocked huge page's area.  Is the folio still mlocked?
#
# Yes: its 512 entries, all in this area, are counted before the leaf that goes is, and a folio that
# is mapped as a whole is mlocked by that.  munlock() of a part is the end of it, for that part
# could be reclaimed, and so is the loss of one page.
# Kernel: mm/rmap.c __folio_add_anon_rmap(), mm/huge_memory.c __split_huge_pmd_locked()
title "An mlocked huge page is cut"

x = mmap(NULL, 4M, RW, PRIVATE|ANONYMOUS, -1, 0)
madvise(x, 4M, MADV_HUGEPAGE)
store(x + 2M)
mlock(x, 4M)
expect folio(x).mlocked, folio(x + 2M).mlocked
mprotect(x + 400K, 1p, READ)
mprotect(x + 2M + 400K, 1p, READ)
expect !pte(x).huge, !pte(x + 2M).huge, folio(x).order == 9
expect folio(x).mlocked, folio(x + 2M).mlocked
munmap(x, 1p)
expect !folio(x + 4K).mlocked
munlock(x + 2M, 1p)
expect !folio(x + 2M).mlocked
