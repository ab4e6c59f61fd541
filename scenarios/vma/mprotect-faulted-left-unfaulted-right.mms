# The middle range is untouched; its left neighbour was written to, its right one was not.  One
# anon_vma spreads over all three.
# Kernel: tools/testing/selftests/mm/merge.c mprotect_faulted_left_unfaulted_right

title "mprotect: between a faulted and an untouched VMA"
window 30p

mmap(@2, 9p, RW, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = @2
mprotect(@8, 3p, PROT_READ)
store(@2)
mprotect(@2, 3p, PROT_READ)
mprotect(@5, 3p, PROT_READ)

expect vma(@2).start == @2, vma(@2).end == @11
