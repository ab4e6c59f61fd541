# Two stacks side by side are mapped: they merge like any others.
# Kernel: mm/vma.c vma_merge_new_range()

title "Two MAP_GROWSDOWN areas merge"
window 40p

mmap(@10, 4p, RW, PRIVATE|ANONYMOUS|FIXED|GROWSDOWN, -1, 0) = @10
mmap(@14, 4p, RW, PRIVATE|ANONYMOUS|FIXED|GROWSDOWN, -1, 0) = @14
expect vmas(@10..@18) == 1
