# A stack grows down until it touches another one whose offsets and flags continue its own.  Are
# they one now?
#
# No: growth never merges.
# Kernel: mm/vma.c expand_downwards()

title "Growth never merges"
window 600p

mmap(@500, 4p, RW, PRIVATE|ANONYMOUS|FIXED|GROWSDOWN, -1, 0) = @500
munmap(@100, 400p)
mmap(@490, 2p, RW, PRIVATE|ANONYMOUS|FIXED|GROWSDOWN, -1, 0) = @490
store(@490, 2p)
store(@492)
expect vma(@492).start == @492, vma(@490).end == @492
expect vmas(@490..@504) == 2
