# A page that is being written to a device that needs it not to change is faulted back in. With the
# defect it is mapped writable at once: what the store changes is half old, half new on the device,
# and its checksum is wrong.
# Kernel: mm/memory.c do_swap_page(); f05714293a59, before 4.11

title "Swap-in that forgets that the page is being written"
bug swapin-ignores-stable-pages
set swap = 16M
set swap.device = disk
set swap.stable_writes = on
window 16p

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4)
disk: writeback_start(P:@4) = 0
store(@4, 1p, 8)
disk: writeback_end(P:@4) = 0 or -ENOENT
must violate swap-stable-writes
