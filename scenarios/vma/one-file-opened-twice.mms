# Consecutive parts of one file merge if they were mapped through one open(); the same file
# opened twice is two files to the kernel.
# Kernel: mm/vma.c is_mergeable_vma() compares the struct file

title "The same file opened twice does not merge, dup() does"
window 40p

f = open("/tmp/data", O_RDWR)
g = open("/tmp/data", O_RDWR)
mmap(@1, 4p, PROT_READ, SHARED|FIXED, f, 0) = @1
mmap(@5, 4p, PROT_READ, SHARED|FIXED, g, 4p) = @5
expect mergeable(@4, @5) == file

step "through a duplicate of the descriptor"
h = dup(f)
mmap(@20, 4p, PROT_READ, SHARED|FIXED, f, 0) = @20
mmap(@24, 4p, PROT_READ, SHARED|FIXED, h, 4p) = @24
expect vmas(@20..@28) == 1

step "offsets that do not follow"
mmap(@30, 2p, PROT_READ, SHARED|FIXED, f, 0) = @30
mmap(@32, 2p, PROT_READ, SHARED|FIXED, f, 3p) = @32
expect mergeable(@31, @32) == pgoff
