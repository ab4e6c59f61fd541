# Two policies that place pages on the same nodes: when do they part two areas?
#
# Only the nodes that are left of what was asked for count, unless the policy has to remember the question: with
# static or relative numbers, and with the flag for balancing between nodes, which keeps it for no visible use.
# Kernel: mm/mempolicy.c __mpol_equal(), mpol_store_user_nodemask()

title "equal policies"
window 30p

mmap(@1, 16p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mbind(@1, 1p, MPOL_BIND, 1, 64, 0) = 0
mbind(@2, 1p, MPOL_BIND, 3, 64, 0) = 0
expect vmas(@1..@3) == 1

mbind(@4, 1p, MPOL_BIND|MPOL_F_STATIC_NODES, 1, 64, 0) = 0
mbind(@5, 1p, MPOL_BIND|MPOL_F_STATIC_NODES, 3, 64, 0) = 0
expect mergeable(@4, @5) == policy

mbind(@7, 1p, MPOL_BIND|MPOL_F_NUMA_BALANCING, 1, 64, 0) = 0
mbind(@8, 1p, MPOL_BIND|MPOL_F_NUMA_BALANCING, 3, 64, 0) = 0
expect mergeable(@7, @8) == policy
mbind(@8, 1p, MPOL_BIND|MPOL_F_NUMA_BALANCING, 1, 64, 0) = 0
expect vmas(@7..@9) == 1

# Preferring no node is local; that is still not the default.
mbind(@11, 1p, MPOL_PREFERRED, 0, 0, 0) = 0
mbind(@12, 1p, MPOL_LOCAL, 0, 0, 0) = 0
expect vmas(@11..@13) == 1
expect mergeable(@12, @13) == policy
