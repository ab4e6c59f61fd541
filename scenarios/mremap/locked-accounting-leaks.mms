# MREMAP_DONTUNMAP of locked memory counts the destination and never takes back the source: a leak
# of the limit, kept here because Linux 6.18 does it.
# Kernel: mm/mremap.c dontunmap_complete()

title "MREMAP_DONTUNMAP leaks locked_vm"
window 60p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mlock(@1, 4p)
expect mm(P).locked_vm == 4
mremap(@1, 4p, 4p, MAYMOVE|FIXED|DONTUNMAP, @20) = @20
expect mm(P).locked_vm == 8
munmap(@1, 4p)
munmap(@20, 4p)
expect mm(P).locked_vm == 4
expect quirk(dontunmap_leaks_locked_vm) == 1
