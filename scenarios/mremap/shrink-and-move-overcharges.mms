# An area is made smaller and moved to a fixed address in one call.  Is the charge right afterwards?
#
# No: the pages that were cut off are uncharged once and charged once more, for nothing, for ever.
# Kernel: mm/mremap.c vrm_calc_charge(), move_vma()

title "A shrinking move leaks its charge"
window 60p

let before = sys().committed
mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
expect sys().committed == before + 8
mremap(@1, 8p, 4p, MAYMOVE|FIXED, @20) = @20
expect sys().committed == before + 8
munmap(@20, 4p)
expect sys().committed == before + 4
expect quirk(shrinking_move_overcharges) == 1
