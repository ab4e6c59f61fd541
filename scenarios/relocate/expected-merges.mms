# Written memory is moved beside all kinds of neighbours with MREMAP_RELOCATE_ANON: what does it merge with?
#
# With all that it would merge with if it had been mapped there and never touched, but for a neighbour of
# another anon_vma when it has one already.
# Of the series of June 2025: tools/testing/selftests/mm/merge.c
title "MREMAP_RELOCATE_ANON: which merges it makes possible"
set relocate_anon = v1
window 400p

step "behind untouched memory"
mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
mmap(@101, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@101, 5p, 7)
mremap(@101, 5p, 5p, MAYMOVE|FIXED|RELOCATE_ANON, @6) = @6
expect vma(@1).start == @1, vma(@1).end == @11, content(@10) == 7
expect vma(@6).pgoff == @1 / PAGE, folio(@6).index == @6 / PAGE, rmap(@10) == {P:@10}
munmap(@0, 200p)

step "before untouched memory"
mmap(@6, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
mmap(@101, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@101, 5p, 7)
mremap(@101, 5p, 5p, MAYMOVE|FIXED|RELOCATE_ANON, @1) = @1
expect vma(@1).start == @1, vma(@1).end == @11, content(@5) == 7
munmap(@0, 200p)

step "between two that are untouched"
mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
mmap(@11, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
mmap(@101, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@101, 5p, 7)
mremap(@101, 5p, 5p, MAYMOVE|FIXED|RELOCATE_ANON, @6) = @6
expect vma(@1).start == @1, vma(@1).end == @16, content(@6) == 7
munmap(@0, 200p)

step "behind written memory: that one's anon_vma is taken"
mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@1, 5p, 3)
mmap(@101, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@101, 5p, 7)
mremap(@101, 5p, 5p, MAYMOVE|FIXED|RELOCATE_ANON, @6) = @6
expect vma(@1).start == @1, vma(@1).end == @11, content(@5) == 3, content(@6) == 7
expect folio(@1).anon_vma == folio(@6).anon_vma, rmap(@6) == {P:@6}
munmap(@0, 200p)

step "before written memory"
mmap(@6, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@6, 5p, 3)
mmap(@101, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@101, 5p, 7)
mremap(@101, 5p, 5p, MAYMOVE|FIXED|RELOCATE_ANON, @1) = @1
expect vma(@1).start == @1, vma(@1).end == @11, content(@5) == 7, content(@6) == 3
munmap(@0, 200p)

step "between written and untouched memory"
mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@1)
mmap(@11, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
mmap(@101, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@101, 5p, 7)
mremap(@101, 5p, 5p, MAYMOVE|FIXED|RELOCATE_ANON, @6) = @6
expect vma(@1).start == @1, vma(@1).end == @16
munmap(@0, 200p)

step "between untouched and written memory"
mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
mmap(@11, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@11)
mmap(@101, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@101, 5p, 7)
mremap(@101, 5p, 5p, MAYMOVE|FIXED|RELOCATE_ANON, @6) = @6
expect vma(@1).start == @1, vma(@1).end == @16
munmap(@0, 200p)

step "into the hole of one written area"
mmap(@1, 15p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@1, 15p, 3)
munmap(@6, 5p)
mmap(@101, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@101, 5p, 7)
mremap(@101, 5p, 5p, MAYMOVE|FIXED|RELOCATE_ANON, @6) = @6
expect vma(@1).start == @1, vma(@1).end == @16, content(@5) == 3, content(@6) == 7, content(@11) == 3
munmap(@0, 200p)

step "read-only beside read-write: two, until mprotect() makes them alike"
mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@1)
mmap(@101, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@101, 5p, 7)
mprotect(@101, 5p, PROT_READ)
mremap(@101, 5p, 5p, MAYMOVE|FIXED|RELOCATE_ANON, @6) = @6
expect vmas(@1..@11) == 2
mprotect(@6, 5p, RW)
expect vma(@1).start == @1, vma(@1).end == @11, content(@6) == 7
munmap(@0, 200p)

step "with nothing beside it: what is mapped there later fits"
mmap(@101, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@101, 5p, 7)
mremap(@101, 5p, 5p, MAYMOVE|FIXED|RELOCATE_ANON, @6) = @6
expect vma(@6).pgoff == @6 / PAGE
mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
expect vma(@1).start == @1, vma(@1).end == @11
munmap(@0, 200p)

step "a part of an area, moved to its own end, joins what it came from"
mmap(@1, 10p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@1, 10p, 3)
store(@4, 2p, 7)
mremap(@4, 2p, 2p, MAYMOVE|FIXED|RELOCATE_ANON, @11) = @11
expect vmas(@1..@4) == 1, vma(@6).start == @6, vma(@6).end == @13, content(@11) == 7, content(@10) == 3
expect rmap(@12) == {P:@12}
munmap(@0, 200p)

step "the same, and the old range stays"
mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
mmap(@101, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@101, 5p, 7)
mremap(@101, 5p, 5p, MAYMOVE|FIXED|DONTUNMAP|RELOCATE_ANON, @6) = @6
expect vma(@1).end == @11, content(@6) == 7, pte(@101).none, vmas(@101..@106) == 1
load(@101) = 0
munmap(@0, 200p)

step "it grows on its way"
mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
mmap(@101, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@101, 5p, 7)
mremap(@101, 5p, 9p, MAYMOVE|FIXED|RELOCATE_ANON, @6) = @6
expect vma(@1).end == @15, content(@10) == 7
store(@14)
