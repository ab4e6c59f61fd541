# Memory that was only read holds the zero page, which belongs to nobody.  Does it move?  The destination
# gets an entry for the zero page, the source is empty afterwards.
# Kernel: mm/userfaultfd.c move_zeropage_pte()

title "The zero page moves"
window 40p

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@8, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
load(@0, 4p) = 0
store(@1)
let flushes = sys().tlb_flushes
UFFDIO_MOVE(u, {dst=@8, src=@0, len=4p, move=4p}) = 0
expect pte(@8).zero, !pte(@8).write, !pte(@9).zero, pte(@9).write, pte(@0).none
expect mm().rss_anon == 1
note "no batch: each zero page is flushed by itself"
expect sys().tlb_flushes - flushes == 4
store(@8, 1p, 5)
expect folio(@8).exclusive
