# What does a move cost in flushes?  Since 6.18 pages that follow each other go in one batch, flushed once, as
# long as one page table on each side holds them; a hole or a zero page ends a batch.
# Kernel: mm/userfaultfd.c move_present_ptes(), check_ptes_for_batched_move()

title "Batches and their flushes"
window 60p

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
mmap(@0, 16p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@20, 16p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
UFFDIO_REGISTER(u, {start=@20, len=16p, mode=UFFDIO_REGISTER_MODE_MISSING})
store(@0, 8p)
let a = sys().tlb_flushes
UFFDIO_MOVE(u, {dst=@20, src=@0, len=8p, move=8p}) = 0
expect sys().tlb_flushes - a == 1, sys().moves == 8

note "a hole ends a batch"
store(@8, 2p)
store(@11, 2p)
let b = sys().tlb_flushes
UFFDIO_MOVE(u, {dst=@28, src=@8, len=5p, mode=UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES, move=5p}) = 0
expect sys().tlb_flushes - b == 2
