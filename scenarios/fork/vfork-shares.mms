# A child by vfork() writes to memory.  Does its parent see it?
#
# Yes, it is one address space until the child execs or exits.
# Kernel: kernel/fork.c copy_mm()

title "vfork shares memory"
window 20p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 1p, 1)
Q = vfork()
Q: store(@1, 1p, 2)
Q: exit(0)
load(@1) = 2
expect folio(@1).exclusive, anon_vma(@1).children == 1
