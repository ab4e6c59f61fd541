# How close to a stack may memory be placed?
#
# A search and a hint keep the guard gap of 256 pages; MAP_FIXED, MAP_FIXED_NOREPLACE and growth by
# mremap() do not.
# Kernel: mm/mmap.c stack_guard_gap; mm/vma.c vma_expand() knows nothing of it

title "The gap below a stack is kept by hints only"
window 600p

mmap(@500, 4p, RW, PRIVATE|ANONYMOUS|FIXED|GROWSDOWN, -1, 0) = @500
munmap(@100, 400p)

step "a hint inside the gap is not taken"
a = mmap(@300, 1p, RW, PRIVATE|ANONYMOUS, -1, 0)
expect a != @300
munmap(a, 1p)
step "one page more away it is"
mmap(@243, 1p, RW, PRIVATE|ANONYMOUS, -1, 0) = @243
munmap(@243, 1p)

step "fixed addresses are"
mmap(@499, 1p, PROT_READ, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @499
mmap(@490, 1p, PROT_READ, PRIVATE|ANONYMOUS|FIXED_NOREPLACE, -1, 0) = @490
munmap(@490, 10p)

step "growth in place comes up to the stack"
mmap(@480, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @480
mremap(@480, 1p, 20p, 0, 0) = @480
expect vma(@480).end == @500, vma(@500).start == @500
