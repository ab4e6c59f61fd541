# Memory is moved with MREMAP_DONTUNMAP: how much is charged now, and which of the two areas carries
# the flag?
#
# Twice as much, and both.
# Kernel: mm/mremap.c vrm_calc_charge(), dontunmap_complete()

title "MREMAP_DONTUNMAP charges a second time"
window 60p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1)
let before = sys().committed
mremap(@1, 4p, 4p, MAYMOVE|FIXED|DONTUNMAP, @20) = @20
expect sys().committed == before + 4
expect vma(@1).flags.ac, vma(@20).flags.ac
munmap(@1, 4p)
munmap(@20, 4p)
expect sys().committed == before - 4
