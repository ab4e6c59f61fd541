# mbind() with MPOL_MF_STRICT refuses what lies elsewhere: what does that mean where all memory lies in one place?
#
# Pages are held against the nodes that the policy names, not against what it would do: a local policy names none,
# so every page is in the wrong place.  What is not there yet is never wrong, and no policy at all asks for nothing.
# Kernel: mm/mempolicy.c do_mbind(), queue_folios_pte_range(), queue_folio_required()

title "mbind: strict"
window 20p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mbind(@1, 1p, MPOL_LOCAL, 0, 0, MPOL_MF_STRICT) = 0
store(@4, 1p, 7)
mbind(@4, 1p, MPOL_BIND, 1, 64, MPOL_MF_STRICT) = 0
mbind(@4, 1p, MPOL_LOCAL, 0, 0, MPOL_MF_STRICT) = -EIO
mbind(@4, 1p, MPOL_DEFAULT, 0, 0, MPOL_MF_STRICT) = 0
# Numbers relative to what is allowed are taken as they are: node 1 is not node 0.
mbind(@4, 1p, MPOL_BIND|MPOL_F_RELATIVE_NODES, 2, 64, MPOL_MF_STRICT) = -EIO
# One such page among others, and no area is changed.
mbind(@3, 3p, MPOL_LOCAL, 0, 0, MPOL_MF_STRICT) = -EIO
expect vmas(@3..@6) == 1
