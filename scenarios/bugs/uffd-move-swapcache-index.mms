# UFFDIO_MOVE can move a page that is swapped out by its entry alone.  But the page may still be in the swap cache, on its
# way out, with the index of the source.  A kernel with KSM notices when it faults the page back in, and copies it; one
# without maps it where no rmap walk looks.
# Kernel: mm/userfaultfd.c move_swap_pte(); c50f8e6053b0, CVE-2025-21984, from 6.8 to 6.13

title "A moved page that is found under its old index"
bug uffd-move-swapcache-index
set swap = 16M
window 40p

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
mmap(@0, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@8, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
UFFDIO_REGISTER(u, {start=@8, len=2p, mode=UFFDIO_REGISTER_MODE_MISSING})
store(@0, 1p, 7)
disk: writeback_start(P:@0)
UFFDIO_MOVE(u, {dst=@8, src=@0, len=1p})
must violate swap-index
