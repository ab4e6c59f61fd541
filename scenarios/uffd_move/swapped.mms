# A page that is swapped out moves: is it read back for that?  No: its entry moves, exclusive as it was, and no slot is
# counted or freed.  What had been shared is refused, even when nobody shares it any more.
# Kernel: mm/userfaultfd.c move_swap_pte()

title "Swapped pages move without being read"
set swap = 16M
window 40p

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@8, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
store(@0, 4p, 7)
madvise(@0, 3p, MADV_PAGEOUT)
expect pte(@0).swap, pte(@2).swap, pte(@3).present
let free = sys().swap_free
let flushes = sys().tlb_flushes
note "present and swapped in one call: nothing to flush for what no processor knows"
UFFDIO_MOVE(u, {dst=@8, src=@0, len=4p, move=4p}) = 0
expect pte(@8).swap, pte(@10).swap, pte(@11).present, pte(@0).none
expect sys().swap_free == free, sys().tlb_flushes - flushes == 1
expect mm().swap == 3, mm().rss_anon == 1
load(@8, 3p) = 7
expect folio(@9).exclusive, folio(@9).index == vma(@8).pgoff + 1, rmap(@9) == {P:@9}

note "once shared"
madvise(@8, 1p, MADV_PAGEOUT)
madvise(@9, 3p, MADV_DONTFORK)
Q = fork()
Q: exit()
mmap(@20, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
UFFDIO_REGISTER(u, {start=@20, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
expect pte(@8).swap
UFFDIO_MOVE(u, {dst=@20, src=@8, len=1p, move=-EBUSY}) = -EBUSY
note "a destination that is swapped out is in use"
madvise(@9, 1p, MADV_PAGEOUT)
UFFDIO_MOVE(u, {dst=@20, src=@10, len=1p, move=1p}) = 0
madvise(@20, 1p, MADV_PAGEOUT)
UFFDIO_MOVE(u, {dst=@20, src=@11, len=1p, move=-EEXIST}) = -EEXIST
