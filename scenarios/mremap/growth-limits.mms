# Which limits does growing look at?
#
# RLIMIT_AS and RLIMIT_DATA, with ENOMEM; and nothing has changed then.
# Kernel: mm/mremap.c check_prep_vma(), mm/mmap.c may_expand_vm()

title "mremap and the limits of the address space"
window 60p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
munmap(@5, 8p)
setrlimit(RLIMIT_DATA, {rlim_cur=1p, rlim_max=RLIM_INFINITY})
mremap(@1, 4p, 5p, 0, 0) = -ENOMEM
mremap(@1, 4p, 5p, MAYMOVE, 0) = -ENOMEM
note "memory that is not writable does not count as data"
mmap(@20, 2p, PROT_READ, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
munmap(@22, 1p)
mremap(@20, 2p, 3p, 0, 0) = @20
setrlimit(RLIMIT_DATA, {rlim_cur=RLIM_INFINITY, rlim_max=RLIM_INFINITY})
setrlimit(RLIMIT_AS, {rlim_cur=1p, rlim_max=RLIM_INFINITY})
mremap(@1, 4p, 5p, 0, 0) = -ENOMEM
note "a plain move is no growth, a shrink is none"
mremap(@1, 4p, 4p, MAYMOVE|FIXED, @30) = @30
mremap(@30, 4p, 2p, 0, 0) = @30
mremap(@30, 2p, 2p, MAYMOVE|DONTUNMAP, 0) = -ENOMEM
