# A page that userfaultfd protects goes to swap, another one is there when protection is asked for: will the reader be told
# of the next store?
#
# It will, if the swap entry carries the mark.  Where it does not, the page comes back writable.
# Kernel: mm/rmap.c try_to_unmap_one(), mm/mprotect.c change_pte_range(); f45ec5ff16a7

title "Protection that does not know of swap"
bug uffd-wp-lost-in-swap
set swap = 16M
set swap.device = zram
window 40p

mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
store(@8, 2p, 8)
madvise(@9, 1p, MADV_PAGEOUT)
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(u, {start=@8, len=2p, mode=1})
madvise(@8, 1p, MADV_PAGEOUT)
P.a: store(@8, 1p, 9) = blocked or 0
P.b: store(@9, 1p, 9) = blocked or 0
must violate uffd-wp-kept
