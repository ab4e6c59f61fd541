# No release knows MREMAP_RELOCATE_ANON.
# Kernel: mm/mremap.c check_mremap_params(), 6.18
title "6.18 refuses MREMAP_RELOCATE_ANON"
window 40p

mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
mremap(@1, 5p, 5p, MAYMOVE|FIXED|RELOCATE_ANON, @6) = -EINVAL
mremap(@1, 5p, 5p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @6) = -EINVAL
mremap(@1, 5p, 5p, RELOCATE_ANON) = -EINVAL
