# Which error does mseal() give, and what has it done until then?
#
# All of it is checked before anything is sealed.
# Kernel: mm/mseal.c do_mseal()

title "mseal: errors"
window 40p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mseal(@1, 1p, 1) = -EINVAL
mseal(@1 + 1, 1p, 0) = -EINVAL
mseal(@1, ~0, 0) = -EINVAL
mseal(@1, 0, 0) = 0
munmap(@4, 1p)
mseal(@1, 8p, 0) = -ENOMEM
expect vma(@1).flags.sl == 0
mseal(@4, 2p, 0) = -ENOMEM
mseal(@1, 2p, 0) = 0
mseal(@1, 2p, 0) = 0
step "neighbours that are sealed alike merge"
mseal(@3, 1p, 0)
expect vmas(@1..@4) == 1
