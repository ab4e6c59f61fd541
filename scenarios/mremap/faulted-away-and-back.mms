# Pieces of one written area are moved away and back in every order.  Each fits back where it
# came from and nowhere else: it has kept its page offsets.
# Kernel: tools/testing/selftests/mm/merge.c mremap_correct_placed_faulted

title "mremap: faulted pieces merge again where they came from"
window 3100p

mmap(@1, 15p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
store(@1)

step "the third and the second away, the second back"
mremap(@11, 5p, 5p, MAYMOVE|FIXED, @2011) = @2011
mremap(@6, 5p, 5p, MAYMOVE|FIXED, @1006) = @1006
mremap(@1006, 5p, 5p, MAYMOVE|FIXED, @6) = @6
expect vma(@1).start == @1, vma(@1).end == @11

step "the first away and back"
mremap(@1, 5p, 5p, MAYMOVE|FIXED, @1001) = @1001
mremap(@1001, 5p, 5p, MAYMOVE|FIXED, @1) = @1
expect vma(@1).start == @1, vma(@1).end == @11

step "the first away, the third back: the second and the third are one"
mremap(@1, 5p, 5p, MAYMOVE|FIXED, @1001) = @1001
mremap(@2011, 5p, 5p, MAYMOVE|FIXED, @11) = @11
expect vma(@6).start == @6, vma(@6).end == @16

step "the first back: all are one"
mremap(@1001, 5p, 5p, MAYMOVE|FIXED, @1) = @1
expect vma(@1).start == @1, vma(@1).end == @16

step "the second away and back"
mremap(@6, 5p, 5p, MAYMOVE|FIXED, @1006) = @1006
mremap(@1006, 5p, 5p, MAYMOVE|FIXED, @6) = @6
expect vma(@1).start == @1, vma(@1).end == @16

step "the third away and back"
mremap(@11, 5p, 5p, MAYMOVE|FIXED, @1011) = @1011
mremap(@1011, 5p, 5p, MAYMOVE|FIXED, @11) = @11
expect vma(@1).start == @1, vma(@1).end == @16
