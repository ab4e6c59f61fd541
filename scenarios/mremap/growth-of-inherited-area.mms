# A forked child grows an inherited area by one page, up to an untouched area.  mmap() of that page
# leaves two areas; mremap() in place makes one of all three.
# Kernel: mm/vma.c vma_merge_extend(): growth has no area it was copied from

title "In-place growth merges what mmap would not"
window 60p

mmap(@1, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1)
mmap(@21, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @21
store(@21)
Q = fork()

step "mmap"
Q: mmap(@5, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5
Q: mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
expect vma(Q:@1).end == @4, vma(Q:@4).start == @4, vma(Q:@4).end == @7

step "mremap"
Q: mmap(@25, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @25
Q: munmap(@24, 1p)
Q: mremap(@21, 3p, 4p, 0, 0) = @21
expect vma(Q:@21).start == @21, vma(Q:@21).end == @27
expect quirk(growth_merges_inherited) == 1
