# Which of the advices that are kept as flags part an area from its neighbour, and does taking them
# back heal it?
#
# All of them, and yes.
# Kernel: mm/madvise.c madvise_vma_behavior(), mm/vma.c is_mergeable_vma()

title "Kept advices part areas"
window 20p

mmap(@1, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1

step "not inherited at fork"
madvise(@5, 4p, MADV_DONTFORK)
expect mergeable(@4, @5) == flags, vma(@5).flags.dc
madvise(@5, 4p, MADV_DOFORK)
expect vmas(@1..@9) == 1

step "not in a core dump"
madvise(@5, 4p, MADV_DONTDUMP)
expect mergeable(@4, @5) == flags, vma(@5).flags.dd
madvise(@5, 4p, MADV_DODUMP)
expect vmas(@1..@9) == 1

step "emptied at fork"
madvise(@5, 4p, MADV_WIPEONFORK)
expect mergeable(@4, @5) == flags, vma(@5).flags.wf
madvise(@5, 4p, MADV_KEEPONFORK)
expect vmas(@1..@9) == 1

step "for KSM"
madvise(@5, 4p, MADV_MERGEABLE)
expect mergeable(@4, @5) == flags, vma(@5).flags.mg
madvise(@5, 4p, MADV_UNMERGEABLE)
expect vmas(@1..@9) == 1

step "read-ahead"
madvise(@5, 4p, MADV_RANDOM)
expect mergeable(@4, @5) == flags, vma(@5).flags.rr
madvise(@5, 4p, MADV_SEQUENTIAL)
expect mergeable(@4, @5) == flags, vma(@5).flags.sr
madvise(@5, 4p, MADV_NORMAL)
expect vmas(@1..@9) == 1

step "huge pages: there is no advice that takes this back, but the neighbour may follow"
madvise(@5, 4p, MADV_HUGEPAGE)
expect mergeable(@4, @5) == flags, vma(@5).flags.hg
madvise(@1, 4p, MADV_HUGEPAGE)
expect vmas(@1..@9) == 1
madvise(@1, 4p, MADV_NOHUGEPAGE)
expect mergeable(@4, @5) == flags, vma(@1).flags.nh
