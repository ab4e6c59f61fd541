# A mapping that is read-only from birth, and one that was written to and then made read-only:
# they look alike and never merge.  The second keeps its memory charge.
# Kernel: mm/mprotect.c mprotect_fixup(), mm/vma.c accountable_mapping()

title "Read-only from birth and read-only by mprotect differ"
window 20p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1)
mprotect(@1, 4p, PROT_READ)
mmap(@5, 4p, PROT_READ, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @5

expect mergeable(@4, @5) == flags
