# A page is on its way to swap: its entry says so already, the page itself is still in memory.  It moves, and somebody
# wants it back at the new address.  The page of the swap cache is found there, so it must know that it has moved.
# Kernel: mm/userfaultfd.c move_swap_pte(), c50f8e6053b0

title "A page in the swap cache moves"
set swap = 16M
window 40p

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
mmap(@0, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@8, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
UFFDIO_REGISTER(u, {start=@8, len=2p, mode=UFFDIO_REGISTER_MODE_MISSING})
store(@0, 1p, 7)
disk: writeback_start(P:@0) = 0
expect pte(@0).swap, swap(@0).folio.writeback
UFFDIO_MOVE(u, {dst=@8, src=@0, len=1p, move=1p}) = 0
expect pte(@8).swap, swap(@8).folio.index == vma(@8).pgoff
load(@8) = 7
expect folio(@8).index == vma(@8).pgoff, rmap(@8) == {P:@8}
disk: writeback_end(P:@8) = 0
