# munmap() of the middle, of the head and of the tail: which VMA struct stays with which part?
#
# With a hole in the middle the old struct stays with the upper part; a cut end leaves the old one.
# Kernel: mm/vma.c vms_gather_munmap_vmas()

title "munmap: who keeps the VMA"
window 60p

step "the middle"
mmap(@1, 12p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 12p)
let old = anon_vma(@1)
munmap(@5, 4p)
expect vmas(@1..@13) == 2
expect vma(@1).pgoff == @1/PAGE, vma(@9).pgoff == @9/PAGE
expect anon_vma(@1) == old, anon_vma(@9) == old, anon_vma(@1).active == 2

step "the head"
munmap(@9, 2p)
expect vma(@11).start == @11, vma(@11).pgoff == @11/PAGE

step "the tail"
munmap(@3, 2p)
expect vma(@1).end == @3, vma(@1).pgoff == @1/PAGE

step "all of it: the anon_vma goes with the last area"
munmap(@1, 12p)
expect vmas(@1..@13) == 0
