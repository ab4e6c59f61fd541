# The heap grows as one VMA, and shrinks as an munmap() does.
# Kernel: mm/mmap.c brk(), mm/vma.c do_brk_flags()

title "brk"

b = brk(0)
brk(b + 4p) = b + 4p
let heap = vma(b)
brk(b + 8p) = b + 8p
expect vma(b) == heap, vma(b + 7p) == heap
store(b)
brk(b + 2p) = b + 2p
expect vma(b).end == b + 2p
note "below its start nothing changes"
brk(0) = b + 2p
