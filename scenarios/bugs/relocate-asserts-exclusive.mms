# A page that is faulted back in while it is being written to a device that needs it not to change is not
# marked exclusive, although nobody else has it. A relocation that takes the mark for granted is wrong.
title "A relocation that takes PageAnonExclusive for granted"
set relocate_anon = v1
set swap = 16M
set swap.device = disk
set swap.stable_writes = on
window 40p
bug relocate-asserts-exclusive

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
disk: writeback_start(P:@4) = 0
load(@4) = 7
expect !folio(@4).exclusive
disk: writeback_end(P:@4) = 0
mremap(@4, 1p, 1p, MAYMOVE|FIXED|RELOCATE_ANON, @20) = @20
must violate bug-on
expect content(@20) == 7, vma(@20).pgoff == @20 / PAGE
