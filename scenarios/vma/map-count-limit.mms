# How many VMAs may a process have, exactly?
#
# mmap() still succeeds at the limit and takes the count one above it; then even a mapping that
# would merge is refused.  Splits fail at the limit.
# Kernel: mm/mmap.c do_mmap(), mm/vma.c split_vma()

title "max_map_count"
set max_map_count = 8
window 60p

# the window is one; each of these cuts it, so that two more come with each
mmap(@10, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @10
mmap(@20, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
mmap(@30, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @30
expect mm(P).map_count == 7
mprotect(@40, 1p, RW) = -ENOMEM
note "the first split of that call stays"
expect mm(P).map_count == 8

mmap(NULL, 1p, PROT_READ, PRIVATE|ANONYMOUS|NORESERVE, -1, 0)
expect mm(P).map_count == 9
mmap(@11, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = -ENOMEM
madvise(@10, 1p, MADV_DONTFORK) = 0
expect quirk(map_count_above_the_limit) == 1
