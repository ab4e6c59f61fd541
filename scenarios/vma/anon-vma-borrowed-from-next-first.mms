# An area between two that were written to apart is written to for the first time.  Both
# neighbours could lend their anon_vma; whose is taken?
#
# The next one's: the kernel looks there first.
# Kernel: mm/vma.c find_mergeable_anon_vma()

title "The next neighbour lends its anon_vma first"
window 20p

mmap(@1, 12p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mprotect(@5, 4p, PROT_READ)
store(@1)
munmap(@9, 4p)
mmap(@9, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @9
mprotect(@9, 4p, PROT_NONE)
mprotect(@9, 4p, RW)
store(@9)
# the middle one was charged and never written to
mprotect(@5, 4p, RW|PROT_EXEC)
store(@5)

expect vma(@5).anon_vma == vma(@9).anon_vma
