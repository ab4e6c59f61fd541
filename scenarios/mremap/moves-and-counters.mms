# What do the counters of an address space say after each kind of mremap()?
# Kernel: mm/mremap.c vrm_stat_account()

title "mremap and the counters"
window 80p

let total = mm(P).total_vm
mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
expect mm(P).total_vm == total
munmap(@5, 4p)
let total = mm(P).total_vm
let data = mm(P).data_vm
mremap(@1, 4p, 6p, 0, 0) = @1
expect mm(P).total_vm == total + 2, mm(P).data_vm == data + 2
mremap(@1, 6p, 3p, 0, 0) = @1
expect mm(P).total_vm == total - 1, mm(P).data_vm == data - 1
munmap(@20, 10p)
let total = mm(P).total_vm
mremap(@1, 3p, 3p, MAYMOVE|FIXED, @20) = @20
expect mm(P).total_vm == total, mm(P).data_vm == data - 1
mremap(@20, 3p, 3p, MAYMOVE|FIXED|DONTUNMAP, @24) = @24
expect mm(P).total_vm == total + 3, mm(P).data_vm == data + 2
