# Page tables are copied at fork only where there is something that a fault could not find again.
# Kernel: mm/memory.c vma_needs_copy()

title "What fork copies"
window 40p

step "zero pages: not copied"
mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
load(@1, 2p) = 0
step "shared memory: not copied"
f = memfd_create("m", 0)
ftruncate(f, 8p)
mmap(@5, 2p, RW, SHARED|FIXED, f, 0) = @5
store(@5, 1p, 3)
step "a private file mapping with one page of its own: all of it is copied"
mmap(@10, 3p, RW, PRIVATE|FIXED, f, 0) = @10
load(@10)
load(@12)
store(@11)
Q = fork()
expect pte(Q:@1).none, pte(Q:@5).none
expect pte(Q:@10).present, pte(Q:@11).present, pte(Q:@12).present
expect folio(Q:@11) == folio(@11)
Q: load(@5) = 3
