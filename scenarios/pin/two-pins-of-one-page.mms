# Two devices hold one page: when is it free again?
#
# When both have let it go: each pin counts 1024 references, and a fork looks for the sum.
# Kernel: include/linux/mm.h GUP_PIN_COUNTING_BIAS, folio_maybe_dma_pinned()

title "Two devices, one page"
window 20p

mmap(@1, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 1p, 4)
let before = folio(@1).refcount
pin(@1, 1p)
expect folio(@1).refcount == before + 1024
pin(@1, 1p, FOLL_PIN)
pin(@1, 1p, FOLL_GET)
expect folio(@1).refcount == before + 2049
unpin(@1, 1p)
unpin(@1, 1p)
expect folio(@1).refcount == before + 1024, folio(@1).pinned
Q = fork()
expect folio(Q:@1) != folio(@1)
unpin(@1, 1p)
R = fork()
expect folio(R:@1) == folio(@1)
