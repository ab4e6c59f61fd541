# Written memory is moved between two areas that were written apart from each other. Which one does it join?
#
# The one behind it: the new area looks for an anon_vma that it can share, and there first.
title "MREMAP_RELOCATE_ANON between two anon_vmas"
set relocate_anon = v1
window 200p

mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@1)
mmap(@11, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@11)
mmap(@101, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@101, 5p, 7)
mremap(@101, 5p, 5p, MAYMOVE|FIXED|RELOCATE_ANON, @6) = @6
expect vma(@1).end == @6, vma(@6).start == @6, vma(@6).end == @16, content(@10) == 7
expect mergeable(@5, @6) == anon_vma
