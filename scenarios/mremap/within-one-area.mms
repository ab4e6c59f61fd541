# Part of an area is moved onto another part of the same area.
# Kernel: mm/mremap.c mremap_to()

title "mremap within one area"
window 40p

mmap(@1, 12p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 1p, 1)
store(@9, 1p, 9)
mremap(@9, 2p, 2p, MAYMOVE|FIXED, @3) = @3
load(@3) = 9
load(@1) = 1
expect vmas(@9..@11) == 0
expect mergeable(@2, @3) == pgoff
