# The same on a device that writes at once, such as zram: the write has ended before reclaim looks
# again, and nothing stays in memory.
# Kernel: mm/page_io.c swap_writepage_bdev_sync(), mm/vmscan.c shrink_folio_list()

title "A device that writes at once keeps nothing in memory"
set swap = 16M
set swap.device = zram
window 16p

mmap(@4, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4..@8)
madvise(@4..@8, MADV_PAGEOUT)
expect pte(@4).swap, swap(@4).count == 1, swap(@4).exclusive, !swap(@4).cached
mincore(@4..@8, [0, 0, 0, 0])
load(@5) = 2
mincore(@4..@8, [0, 1, 0, 0])
