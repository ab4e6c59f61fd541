# A pattern of areas and holes is moved away, then beside itself, then back over memory that cannot
# be accessed.  Where is the data?
#
# At the same distances every time; what lies under the holes stays.
# Kernel: tools/testing/selftests/mm/mremap_test.c multiple VMAs

title "A pattern of areas moves there and back"
window 120p

# areas at 0, 2, 4-5, 6, 8 and 10 of eleven pages
mmap(@1, 11p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
munmap(@2, 1p)
munmap(@4, 1p)
munmap(@8, 1p)
munmap(@10, 1p)
mprotect(@7, 1p, PROT_READ|PROT_WRITE|PROT_EXEC)
store(@1, 1p, 10)
store(@3, 1p, 12)
store(@5, 3p, 14)
store(@9, 1p, 18)
store(@11, 1p, 20)

step "away"
mremap(@1, 11p, 11p, MAYMOVE|FIXED, @51) = @51
load(@51) = 10
load(@53) = 12
load(@55, 3p) = 14
load(@59) = 18
load(@61) = 20
expect vmas(@1..@12) == 0

step "next to itself"
mremap(@51, 11p, 11p, MAYMOVE|FIXED, @62) = @62
load(@72) = 20

step "back over PROT_NONE memory"
mmap(@1, 11p, PROT_NONE, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mremap(@62, 11p, 11p, MAYMOVE|FIXED, @1) = @1
load(@1) = 10
load(@5, 3p) = 14
load(@11) = 20
load(@2) = SIGSEGV
