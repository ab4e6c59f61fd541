# With MREMAP_DONTUNMAP alone the new address is a hint.  Is a bad hint ignored, as mmap() does?
#
# No: it has to be aligned, below the end of the address space, and must not overlap the source;
# one that is taken by something else is ignored.
# Kernel: mm/mremap.c check_mremap_params()

title "MREMAP_DONTUNMAP and its hint"
window 60p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1, 4p, 1)
mremap(@1, 4p, 4p, MAYMOVE|DONTUNMAP, @20 + 1) = -EINVAL
mremap(@1, 4p, 4p, MAYMOVE|DONTUNMAP, 0x7ffffffff000) = -EINVAL
mremap(@1, 4p, 4p, MAYMOVE|DONTUNMAP, @3) = -EINVAL
expect quirk(dontunmap_checks_its_hint) == 3
step "a hint that is taken"
a = mremap(@1, 4p, 4p, MAYMOVE|DONTUNMAP, @20)
expect a != @20
load(a, 4p) = 1
step "and one that is free"
munmap(@40, 4p)
mremap(a, 4p, 4p, MAYMOVE|DONTUNMAP, @40) = @40
