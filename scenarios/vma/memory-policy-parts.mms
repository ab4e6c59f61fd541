# A memory policy parts areas, even one that says what the default would do anyway: having none and
# having one are different.
# Kernel: mm/vma.c is_mergeable_vma(), mm/mempolicy.c mpol_equal()

title "mbind parts areas"
window 20p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mbind(@5, 4p, MPOL_LOCAL, 0, 0, 0)
expect mergeable(@4, @5) == policy
mbind(@1, 4p, MPOL_LOCAL, 0, 0, 0)
expect vmas(@1..@9) == 1
