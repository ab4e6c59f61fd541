# A written area moves away from its place and comes back, beside something untouched that was
# mapped meanwhile.  They merge.  With the defect the merged area did not get the anon_vma of what
# came: reclaim and migration could not find its pages any more, and the anon_vma was freed when the
# moved-from area let go of it.
# Kernel: mm/vma.c vma_expand(); 61f67c230a5e, CVE-2026-23077, in 6.16 to 6.18.7

title "A merge that forgets where the range came from"
bug merge-forgets-copied-from
window 60p

mmap(@4, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @4
store(@4)
mremap(@4, 3p, 3p, MAYMOVE|FIXED, @20) = @20
mmap(@1, 3p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
mremap(@20, 3p, 3p, MAYMOVE|FIXED|DONTUNMAP, @4) = @4
must violate rmap-reaches
