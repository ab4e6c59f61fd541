# Private writable memory carries the flag of memory that is charged.  Does shared memory, and what
# is mapped read-only, or MAP_NORESERVE?
#
# No: shared memory is charged by its file, and the others are not charged.
# Kernel: mm/vma.c accountable_mapping()

title "Who carries VM_ACCOUNT"
window 40p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@5, 2p, RW, SHARED|ANONYMOUS|FIXED, -1, 0) = @5
mmap(@10, 2p, PROT_READ, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @10
mmap(@15, 2p, RW, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = @15
expect vma(@1).flags.ac == 1, vma(@5).flags.ac == 0
expect vma(@10).flags.ac == 0, vma(@15).flags.ac == 0

step "made writable, and read-only again while it is untouched"
let charged = sys().committed
mprotect(@10, 2p, RW)
expect vma(@10).flags.ac == 1, sys().committed == charged + 2
mprotect(@10, 2p, PROT_READ)
expect vma(@10).flags.ac == 0, sys().committed == charged

step "once it was written to the charge stays"
mprotect(@10, 2p, RW)
store(@10)
mprotect(@10, 2p, PROT_READ)
expect vma(@10).flags.ac == 1, sys().committed == charged + 2
