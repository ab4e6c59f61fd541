# Some pages of a folio are dirty, and some are clean: what do mprotect() and fork() make of that?
#
# Both change the entries of one folio together.  After mprotect() all are dirty if one was: too
# much may be written then, never too little.  For fork() a run of entries ends where the next one
# is not dirty alike.
# Kernel: mm/mprotect.c modify_prot_start_ptes(), mm/memory.c copy_present_ptes()
title "Entries that are changed together"
set thp.64K = always

window 512p
mmap(@16, 16p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @16
store(@16)
madvise(@16, 16p, MADV_FREE)
store(@20)
expect folio(@16).order == 4, !pte(@16).dirty, pte(@20).dirty
Q = fork()
expect !pte(Q:@16).dirty, pte(Q:@20).dirty, !pte(Q:@21).dirty, pte(@20).dirty, !pte(@21).dirty
Q: exit(0)

note "a run of them ends where the next may not be written to alike"
store(@24)
expect pte(@24).write, !pte(@25).write
mprotect(@16, 16p, READ)
expect pte(@16).dirty, pte(@23).dirty, pte(@24).dirty, !pte(@25).dirty, !pte(@31).dirty
