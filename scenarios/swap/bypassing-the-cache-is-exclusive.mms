# The same with a device that reads at once: a slot with one word is read past the swap cache, into a
# page that nobody else can know. It is exclusive whatever the word says.
# Kernel: mm/memory.c do_swap_page()

title "Past the swap cache: exclusive whatever the word says"
set swap = 16M
set swap.device = zram
window 16p

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4)
madvise(@4, 1p, MADV_PAGEOUT)
Q = fork()
Q: exit()
expect swap(@4).count == 1, !swap(@4).exclusive
load(@4) = 1
expect folio(@4).exclusive, pte(@4).write, !pte(@4).dirty, !folio(@4).swapcache
expect sys().swap_free == 4095
