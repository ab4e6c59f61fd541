# A move over several areas meets one that is sealed.  Is everything as it was before the call?
#
# No: each area is moved by itself, and those before the sealed one have moved.
# Kernel: mm/mremap.c remap_move()

title "A move of several areas fails on its way"
window 100p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@4, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
mmap(@7, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @7
munmap(@3, 1p)
munmap(@6, 1p)
store(@1, 2p, 5)
mseal(@4, 2p, 0)
mremap(@1, 8p, 8p, MAYMOVE|FIXED, @41) = -EPERM

expect vmas(@1..@3) == 0, vmas(@4..@6) == 1, vmas(@7..@9) == 1
load(@41, 2p) = 5
