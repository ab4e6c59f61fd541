# RLIMIT_MEMLOCK and mremap(): what is checked?
#
# Growth is, with EAGAIN.  A move is not, even one with MREMAP_DONTUNMAP that doubles what is
# locked.
# Kernel: mm/mremap.c check_prep_vma(), mm/mmap.c mlock_future_ok()

title "mremap and RLIMIT_MEMLOCK"
set cap = off
set rlimit.memlock = 4p
window 60p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mlock(@1, 4p)
munmap(@5, 2p)
mremap(@1, 4p, 5p, 0, 0) = -EAGAIN
mremap(@1, 4p, 5p, MAYMOVE, 0) = -EAGAIN
mremap(@1, 4p, 4p, MAYMOVE|FIXED, @20) = @20
expect mm(P).locked_vm == 4
mremap(@20, 4p, 4p, MAYMOVE|FIXED|DONTUNMAP, @30) = @30
expect mm(P).locked_vm == 8, vma(@20).flags.lo == 0, vma(@30).flags.lo
expect quirk(dontunmap_leaks_locked_vm) == 1
