# A process wants more memory than there is. The allocation itself reclaims: what was not used for longest
# goes to swap. Nothing is lost.
# Kernel: mm/page_alloc.c __alloc_pages_slowpath(), mm/vmscan.c try_to_free_pages()

title "More memory than there is"
set ram = 1M
set swap = 1M
window 320p

mmap(@0, 320p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0..@320)
expect mm(P).swap > 60, mm(P).swap + mm(P).rss_anon == 320
load(@0) = 1
load(@319) = 320
load(@100) = 101
