# khugepaged makes 2 MiB of two pages while their owner forks. Do both have what was there, and each for itself?
#
# Yes: fork holds mmap_lock for writing, and so does the collapse.
# Kernel: mm/khugepaged.c collapse_huge_page(), kernel/fork.c dup_mmap()
title "A collapse against fork"
set thp = madvise
window 4M

mmap(@0, 2M, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
madvise(@0, 2M, MADV_NOHUGEPAGE)
store(@0, 1p, 7)
store(@5, 1p, 8)
madvise(@0, 2M, MADV_HUGEPAGE)
race {
	khugepaged { collapse(P:@0) = ? }
	forker in P { Q = fork() }
}
expect content(@0) == 7, content(Q:@0) == 7, content(Q:@5) == 8
expect !pte(@0).write || folio(@0).exclusive
sometimes pte(@0).huge
