# How near to max_map_count does each call still work?
#
# What needs no more areas always works.  Splits fail at the limit, whatever they are for; a call
# that splits twice may fail in between.
# Kernel: mm/vma.c split_vma(), vms_gather_munmap_vmas(); mm/mmap.c do_mmap()

title "max_map_count, call by call"
set max_map_count = 16
window 100p

# the window is one; each of these cuts it, so that two more come with each
for i in 0..5 {
	mmap(@4 + i*12p, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4 + i*12p
}
mprotect(@4, 1p, PROT_READ)
mprotect(@16, 1p, PROT_READ)
expect mm(P).map_count == 15

step "one below: one split works, the second one not"
mprotect(@30, 2p, PROT_READ) = -ENOMEM
expect mm(P).map_count == 16, vmas(@28..@36) == 2
expect vma(@30).prot == RW

step "at the limit: no splits"
mprotect(@40, 2p, PROT_READ) = -ENOMEM
mprotect(@40, 1p, PROT_READ) = -ENOMEM
mlock(@42, 1p) = -ENOMEM
madvise(@42, 1p, MADV_DONTFORK) = -EAGAIN
madvise(@40, 1p, MADV_DONTFORK) = -EAGAIN
munmap(@42, 1p) = -ENOMEM
mremap(@40, 4p, 2p, 0, 0) = -ENOMEM
mmap(@42, 1p, PROT_READ, PRIVATE|ANONYMOUS|FIXED, -1, 0) = -ENOMEM

step "what splits nothing"
mprotect(@40, 8p, PROT_READ) = 0
mprotect(@40, 8p, RW) = 0
madvise(@40, 8p, MADV_DONTFORK) = 0
madvise(@40, 8p, MADV_DOFORK) = 0
munmap(@47, 1p) = 0
munmap(@40, 1p) = 0
mremap(@41, 6p, 7p, 0, 0) = @41
mremap(@41, 7p, 5p, 0, 0) = @41
mmap(@41, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @41
expect mm(P).map_count == 16

step "one more by mmap"
mmap(@47, 1p, PROT_READ, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @47
expect mm(P).map_count == 17
mmap(@46, 1p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = -ENOMEM
expect quirk(map_count_above_the_limit) > 0

step "fork looks at no limit"
Q = fork()
expect mm(Q).map_count == 17
