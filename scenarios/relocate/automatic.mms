# Nobody asks for it, and written memory is moved: is it relocated?
#
# Where that makes a merge possible, and nowhere else.
title "Relocation without flags"
set relocate_anon = automatic
window 400p

step "behind written memory"
mmap(@1, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@1, 5p, 3)
mmap(@101, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@101, 5p, 7)
mremap(@101, 5p, 5p, MAYMOVE|FIXED, @6) = @6
expect vma(@1).start == @1, vma(@1).end == @11, content(@6) == 7, rmap(@6) == {P:@6}

step "between two anon_vmas: as new memory would, it joins the one in front"
mmap(@21, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@21)
mmap(@101, 10p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@101, 10p, 7)
mremap(@101, 10p, 10p, MAYMOVE|FIXED, @11) = @11
expect vma(@1).end == @21, mergeable(@20, @21) == anon_vma

step "with nothing beside it"
mmap(@101, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@101, 5p, 7)
mremap(@101, 5p, 5p, MAYMOVE|FIXED, @201) = @201
expect vma(@201).pgoff == @101 / PAGE
mremap(@201, 5p, 5p, MAYMOVE|FIXED|RELOCATE_ANON, @301) = @301
expect vma(@301).pgoff == @301 / PAGE

step "shared by fork it moves as ever"
C = fork()
mmap(@201, 5p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
mremap(@301, 5p, 5p, MAYMOVE|FIXED, @206) = @206
expect vmas(@201..@211) == 2, vma(@206).pgoff == @301 / PAGE
