# Reading memory that was never written to maps the shared zero page.  Does the VMA get an
# anon_vma by that?
#
# No; so it still counts as untouched, and moves and merges freely.
# Kernel: mm/memory.c do_anonymous_page()

title "A read fault does not make an anon_vma"
window 40p

mmap(@1, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @1
load(@1) = 0
expect pte(@1).zero, pte(@1).present, pte(@1).write == 0
expect vma(@1).anon_vma == 0, mm(P).rss_anon == 0

mremap(@1, 4p, 4p, MAYMOVE|FIXED, @20) = @20
expect vma(@20).pgoff == @20/PAGE
