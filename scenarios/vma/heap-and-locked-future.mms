# mlockall(MCL_FUTURE) and the heap: is it filled as it grows?
# Kernel: mm/vma.c do_brk_flags(), mm/mmap.c brk()

title "The heap of a process that locks its future"

b = brk(0)
brk(b + 2p) = b + 2p
mlockall(MCL_FUTURE)
brk(b + 6p) = b + 6p
expect pte(b + 5p).present, pte(b).none
note "two flags, two areas"
expect vma(b) != vma(b + 2p), mm(P).locked_vm == 4
brk(b + 1p) = b + 1p
expect mm(P).locked_vm == 0
