# A mapping right at the end of the heap: does the heap grow into it, does it merge with it?
#
# Neither.  One page stays free between the heap and whatever comes next.
# Kernel: mm/mmap.c brk()

title "The heap and its neighbour"

b = brk(0)
brk(b + 4p) = b + 4p
mmap(b + 4p, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = b + 4p
note "mapped there it does merge: it is ordinary memory"
expect vma(b).end == b + 8p
brk(b + 5p) = b + 4p
note "and shrinking cuts the heap off it"
brk(b + 2p) = b + 2p
expect vma(b).end == b + 2p, vma(b + 4p).start == b + 4p
