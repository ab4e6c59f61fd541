# When does memory merge with its neighbours after mremap()?
#
# Untouched memory always.  Memory that was written to carries the page offsets of its old place, so
# that it fits nowhere but there.
# Kernel: mm/vma.c copy_vma(), vma_merge_copied_range()

title "Merging after a move"
window 120p

step "untouched: beside untouched, and beside touched memory"
mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mmap(@20, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
mremap(@20, 4p, 4p, MAYMOVE|FIXED, @5) = @5
expect vmas(@1..@9) == 1
store(@1, 8p)
mmap(@20, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
mremap(@20, 4p, 4p, MAYMOVE|FIXED, @9) = @9
expect vmas(@1..@13) == 1

step "touched: beside nothing"
mmap(@40, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @40
store(@40)
mmap(@50, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @50
mremap(@40, 4p, 4p, MAYMOVE|FIXED, @54) = @54
expect vmas(@50..@58) == 2, mergeable(@53, @54) == pgoff

step "touched, away and back: where it came from"
mmap(@80, 12p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @80
store(@80, 12p)
mremap(@84, 4p, 4p, MAYMOVE|FIXED, @100) = @100
expect vmas(@80..@92) == 2
mremap(@100, 4p, 4p, MAYMOVE|FIXED, @84) = @84
expect vmas(@80..@92) == 1
