# A device takes a page of a huge page.  By which way, and what is seen of it?
# The fast path takes what a word of 2 MiB maps as it takes any page, and marks the folio as used; the slow
# one, which process_vm_readv() has, marks the word only.  Neither cuts anything.
# Kernel: mm/gup.c gup_fast_pmd_leaf(), follow_huge_pmd()

title "Pins of a huge page"
set thp = always
window 1024p

mmap(@0, 1024p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@5, 1p, 7)
expect pte(@5).huge, !folio(@5).referenced

note "the slow path"
pin(@5, 1p, FOLL_PIN|FOLL_REMOTE)
expect folio(@5).pincount == 1, folio(@5).refcount == 2
expect !folio(@5).referenced
unpin(@5, 1p)

note "the fast one"
pin(@5, 1p)
expect pte(@5).huge, folio(@5).pincount == 1, folio(@5).refcount == 2
expect folio(@5).referenced, device(@5) == 7
unpin(@5, 1p)
expect folio(@5).pincount == 0, folio(@5).refcount == 1

note "the huge zero page is no page to write to, and only the slow path takes it to read"
load(@512) = 0
expect pte(@512).huge, pte(@512).zero
pin(@512, 1p, FOLL_PIN)
expect pte(@512).zero
unpin(@512, 1p)
pin(@512, 1p)
expect !pte(@512).zero, pte(@512).huge
unpin(@512, 1p)
