# MAP_POPULATE fills new memory.  With what, and does it make an anon_vma?
#
# Writable private memory is written to.  Memory that is only readable gets the zero page and no
# anon_vma.  Memory that cannot be accessed gets nothing, and that is no error.
# Kernel: mm/gup.c populate_vma_page_range()

title "MAP_POPULATE"
window 40p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED|POPULATE, -1, 0) = @1
expect pte(@1).present, pte(@1).dirty, pte(@1).zero == 0, vma(@1).anon_vma != 0
mmap(@5, 2p, PROT_READ, PRIVATE|ANONYMOUS|FIXED|POPULATE, -1, 0) = @5
expect pte(@5).zero, vma(@5).anon_vma == 0
mmap(@10, 2p, PROT_NONE, PRIVATE|ANONYMOUS|FIXED|POPULATE, -1, 0) = @10
expect pte(@10).none
note "with MAP_NONBLOCK it is nothing but a flag"
mmap(@15, 2p, RW, PRIVATE|ANONYMOUS|FIXED|POPULATE|NONBLOCK, -1, 0) = @15
expect pte(@15).none

step "locked memory is filled when it becomes writable"
mmap(@20, 2p, PROT_READ, PRIVATE|ANONYMOUS|FIXED|LOCKED, -1, 0) = @20
expect pte(@20).zero
mprotect(@20, 2p, RW)
expect pte(@20).zero == 0, pte(@20).write
