# Untouched memory that is locked at the first touch moves with MREMAP_DONTUNMAP to right behind
# itself.  It merges with its own source.  Is it still locked?
#
# No: the lock is taken off the source, and that is the merged area now; but both halves stay
# counted.
# Kernel: mm/mremap.c dontunmap_complete()

title "MREMAP_DONTUNMAP unlocks the area it merged into"
window 60p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mlock2(@1, 4p, MLOCK_ONFAULT)
expect mm(P).locked_vm == 4
mremap(@1, 4p, 4p, MAYMOVE|FIXED|DONTUNMAP, @5) = @5
expect vma(@1) == vma(@5), vma(@1).start == @1, vma(@1).end == @9
expect vma(@1).flags.lo == 0, mm(P).locked_vm == 8
munmap(@1, 8p)
expect mm(P).locked_vm == 8
expect quirk(dontunmap_unlocks_merged) == 1
