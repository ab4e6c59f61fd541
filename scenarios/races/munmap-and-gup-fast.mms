# A device takes a page without any lock while it is unmapped, and the page table with it. May the table go while
# somebody is in it?
#
# GUP-fast has interrupts off meanwhile, and tables are freed behind RCU. Either it finds the page, and keeps it,
# or nothing.
# Kernel: mm/gup.c gup_fast_pte_range(), mm/mmu_gather.c tlb_remove_table_free()
title "munmap against GUP-fast"
window 40p
set thp = never

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
race {
	unmapper in P { munmap(@4, 1p) }
	device in P { gup_fast(@4, 1p, FOLL_GET) = 0 or 1 }
}
expect mm(P).rss_anon == 0
