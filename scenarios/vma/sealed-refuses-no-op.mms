# A call would change nothing.  Does sealed memory let it pass?
#
# No: mprotect() to the same permissions and mremap() to the same size are refused like any other.
# Kernel: mm/mprotect.c mprotect_fixup(), mm/mremap.c check_prep_vma()

title "Sealed memory refuses what would change nothing"
window 40p

mmap(@1, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mprotect(@1, 2p, RW) = 0
mremap(@1, 2p, 2p, 0, 0) = @1
mseal(@1, 2p, 0)
mprotect(@1, 2p, RW) = -EPERM
mremap(@1, 2p, 2p, 0, 0) = -EPERM
expect quirk(sealed_refuses_no_op) == 2
