# When mprotect() makes a range equal to a neighbour, which VMA stays and which one goes?
#
# The neighbour takes the range in; if the range was the whole of its VMA, that one is removed.
# With both neighbours the left one takes all.
# Kernel: mm/vma.c vma_merge_existing_range()

title "mprotect: who survives a merge"
window 60p

step "left neighbour, whole range"
mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mprotect(@5, 4p, PROT_READ)
let left = vma(@1)
mprotect(@5, 4p, RW)
expect vma(@5) == left, vmas(@1..@9) == 1

step "left neighbour, first half of the range"
mprotect(@5, 4p, PROT_READ)
let left = vma(@1)
let right = vma(@5)
mprotect(@5, 2p, RW)
expect vma(@5) == left, vma(@7) == right, vma(@7).start == @7

step "right neighbour, whole range"
mmap(@20, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
mprotect(@20, 4p, PROT_READ)
let right = vma(@24)
mprotect(@20, 4p, RW)
expect vma(@20) == right, vmas(@20..@28) == 1

step "right neighbour, second half of the range"
mprotect(@20, 4p, PROT_READ)
let left = vma(@20)
let right = vma(@24)
mprotect(@22, 2p, RW)
expect vma(@22) == right, vma(@20) == left, vma(@22).start == @22

step "both neighbours"
mmap(@40, 12p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @40
mprotect(@44, 4p, PROT_READ)
let left = vma(@40)
mprotect(@44, 4p, RW)
expect vma(@48) == left, vmas(@40..@52) == 1
