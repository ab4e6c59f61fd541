# Two parts of a file are mapped side by side.  In which order do they have to be, to become one?
#
# The higher address has to map what follows in the file.
# Kernel: mm/vma.c can_vma_merge_before(), can_vma_merge_after()

title "The order of file offsets"
window 60p

f = memfd_create("m", 0)
ftruncate(f, 16p)

step "upwards"
mmap(@1, 2p, RW, SHARED|FIXED, f, 0) = @1
mmap(@3, 2p, RW, SHARED|FIXED, f, 2p) = @3
expect vmas(@1..@5) == 1

step "downwards, each one before the last: still one"
mmap(@20, 2p, RW, SHARED|FIXED, f, 2p) = @20
mmap(@18, 2p, RW, SHARED|FIXED, f, 0) = @18
expect vmas(@18..@22) == 1, vma(@20).pgoff == 0

step "the lower address maps what comes later in the file"
mmap(@40, 2p, RW, SHARED|FIXED, f, 0) = @40
mmap(@38, 2p, RW, SHARED|FIXED, f, 2p) = @38
expect vmas(@38..@42) == 2, mergeable(@39, @40) == pgoff
