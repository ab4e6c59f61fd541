# The same with the sides exchanged.
# Kernel: tools/testing/selftests/mm/merge.c mprotect_unfaulted_left_faulted_right

title "mprotect: between an untouched and a faulted VMA"
window 30p

mmap(@2, 9p, RW, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = @2
mprotect(@2, 3p, PROT_READ)
store(@5)
mprotect(@8, 3p, PROT_READ)
mprotect(@5, 3p, PROT_READ)

expect vma(@2).start == @2, vma(@2).end == @11
