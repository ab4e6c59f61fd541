# A move to a fixed address fails.  Is what was mapped there still there?
#
# It depends.  What can be seen in the source area is checked before the destination is unmapped;
# the limits are checked after it.
# Kernel: mm/mremap.c mremap_to()

title "A failed move may have unmapped its destination"
window 100p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@20, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
store(@20, 4p, 5)

step "the range leaves its area: nothing was unmapped"
mremap(@2, 4p, 5p, MAYMOVE|FIXED, @20) = -EFAULT
load(@20) = 5

step "the address space may not grow: too late"
setrlimit(RLIMIT_AS, {rlim_cur=1p, rlim_max=RLIM_INFINITY})
mremap(@1, 4p, 4p, MAYMOVE|FIXED|DONTUNMAP, @20) = -ENOMEM
expect vmas(@20..@24) == 0, vmas(@1..@5) == 1
