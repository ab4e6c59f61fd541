# What do the flags refuse, and when do they do nothing?
title "MREMAP_RELOCATE_ANON: arguments"
set relocate_anon = v1
window 200p

mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@1, 5p, 7)

step "without MREMAP_MAYMOVE they make no sense"
mremap(@1, 5p, 5p, RELOCATE_ANON) = -EINVAL
mremap(@1, 5p, 5p, MUST_RELOCATE_ANON) = -EINVAL
mremap(@1, 5p, 0, MAYMOVE|RELOCATE_ANON) = -EINVAL

step "where nothing moves they do nothing"
mremap(@1, 5p, 5p, MAYMOVE|MUST_RELOCATE_ANON) = @1
mremap(@1, 5p, 4p, MAYMOVE|MUST_RELOCATE_ANON) = @1
mremap(@1, 4p, 5p, MAYMOVE|MUST_RELOCATE_ANON) = @1
expect vma(@1).end == @6

step "untouched memory is as new in any case"
mmap(@101, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
mremap(@101, 5p, 5p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @6) = @6
expect vma(@1).end == @11

step "what fits as it is needs no relocation"
mremap(@3, 2p, 2p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @103) = @103
mremap(@103, 2p, 2p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @3) = @3
expect vma(@1).start == @1, vma(@1).end == @11, content(@3) == 7
