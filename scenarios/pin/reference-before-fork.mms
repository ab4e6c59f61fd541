# The parent gives a page to a pipe, forks, and unmaps it; the child writes.  What is in the pipe?
#
# The old data: the child is the last one to map the page, but not the last one to hold it.
# Kernel: mm/memory.c wp_can_reuse_anon_folio()

title "The pipe of the parent keeps the old data"
window 20p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 2p, 4)
pin(@1, 1p, FOLL_GET)
Q = fork()
note "the same after fork"
pin(@2, 1p, FOLL_GET)
munmap(@1, 2p)
Q: store(@1, 2p, 5)
expect device(@1) == 4, device(@2) == 4
expect folio(Q:@1).exclusive, folio(Q:@2).exclusive
