# Guard regions are inherited: installing them gave the area an anon_vma, so that fork copies its
# page tables.
# Kernel: mm/madvise.c madvise_guard_install(), mm/memory.c copy_nonpresent_pte()

title "Guard regions are inherited"
window 40p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
madvise(@2, 1p, MADV_GUARD_INSTALL)
expect vma(@1).anon_vma != 0
Q = fork()
expect pte(Q:@2).guard
Q: load(@2) = SIGSEGV
