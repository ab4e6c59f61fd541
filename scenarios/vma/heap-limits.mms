# What keeps the heap from growing, and does shrinking always work?
# Kernel: mm/mmap.c brk()

title "brk: limits"

b = brk(0)
brk(b + 4p) = b + 4p
step "a neighbour in the way: one page stays free"
mmap(b + 10p, 1p, PROT_NONE, PRIVATE|ANONYMOUS|FIXED, -1, 0) = b + 10p
brk(b + 10p) = b + 4p
brk(b + 9p) = b + 9p
munmap(b + 10p, 1p)

step "within a page only the number moves"
brk(b + 9p - 100) = b + 9p - 100
expect vma(b).end == b + 9p
brk(b + 9p) = b + 9p

step "RLIMIT_DATA: nothing moves that stays above it, a shrink to below it does"
setrlimit(RLIMIT_DATA, {rlim_cur=4p, rlim_max=RLIM_INFINITY})
brk(b + 12p) = b + 9p
brk(b + 8p) = b + 9p
brk(b + 2p) = b + 2p
expect vma(b).end == b + 2p
