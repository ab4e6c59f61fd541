# Two MAP_SHARED|MAP_ANONYMOUS mappings side by side: each call makes a file of its own, so they
# are two forever.
# Kernel: mm/shmem.c shmem_zero_setup()

title "Shared anonymous mappings do not merge"
window 20p

mmap(@1, 4p, RW, SHARED|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@5, 4p, RW, SHARED|ANONYMOUS|FIXED, -1, 0) = @5

expect vmas(@1..@9) == 2
expect mergeable(@4, @5) == file
