# How does reclaim find a page that has moved?  By its index and its anon_vma: UFFDIO_MOVE changes both, where
# mremap() changes the area's offset instead.  So the source's area has nothing to do with the page any more.
# Kernel: mm/userfaultfd.c move_present_ptes(), mm/rmap.c folio_move_anon_rmap()

title "Index and mapping after a move"
window 60p

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 4p)
note "a destination with an anon_vma of its own: too far away to share the other"
mmap(@20, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @20
store(@23)
expect anon_vma(@0) != anon_vma(@20)
UFFDIO_REGISTER(u, {start=@20, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})

expect folio(@1).index == vma(@0).pgoff + 1, folio(@1).anon_vma == anon_vma(@0)
UFFDIO_MOVE(u, {dst=@20, src=@1, len=2p, move=2p}) = 0
expect folio(@20).index == vma(@20).pgoff, folio(@21).index == vma(@20).pgoff + 1
expect folio(@20).anon_vma == anon_vma(@20), rmap(@20) == {P:@20}, rmap(@21) == {P:@21}

note "the source can go"
munmap(@0, 4p)
expect rmap(@21) == {P:@21}

note "mremap() instead: index and anon_vma stay, the area's offset follows"
mmap(@40, 2p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @40
store(@40)
let before = folio(@40).index
mremap(@40, 2p, 2p, MAYMOVE|FIXED, @50) = @50
expect folio(@50).index == before, vma(@50).pgoff == before
