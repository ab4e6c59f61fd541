# Two neighbours look the same in /proc/PID/maps, line by line: both r--p, both anonymous,
# one ends where the other starts.  Why are they two VMAs and not one?
#
# The first mprotect() came before the first store: nothing had been promised to the left
# part yet, so the kernel gave its memory charge back (VM_ACCOUNT off, `ac` in smaps).
# The right part was written before it was made read-only and keeps the charge.  The
# flags differ, and areas whose flags differ never merge.

title "Neighbours that look equal but do not merge"
window 40p

mmap(@1, 10p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mprotect(@1, 5p, PROT_READ)		# never touched: loses the charge
store(@6) 				# the first touch gives the right part an anon_vma
mprotect(@6, 5p, PROT_READ)		# touched: keeps the charge

expect vmas(@1..@11) == 2
expect mergeable(@5, @6) == flags

step "The same with MAP_NORESERVE: no charge, no difference"
mmap(@21, 10p, RW, PRIVATE|ANONYMOUS|FIXED|NORESERVE, -1, 0) = @21
mprotect(@21, 5p, PROT_READ)
store(@26)
mprotect(@26, 5p, PROT_READ)

expect vmas(@21..@31) == 1
