# The page is the same, the entry is new: what does it inherit?  Only dirty.  It is writable and young
# whatever the old one was, and userfaultfd's protection is gone.  The folio's own state does not change.
# Kernel: mm/userfaultfd.c move_present_ptes()

title "What becomes of the entry's bits"
window 40p

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@8, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
store(@0, 4p, 7)

note "clean and old: MADV_FREE"
madvise(@0, 1p, MADV_FREE)
expect !pte(@0).dirty, !pte(@0).young
let folio = folio(@0)
UFFDIO_MOVE(u, {dst=@8, src=@0, len=1p, move=1p}) = 0
expect folio(@8) == folio, !pte(@8).dirty, pte(@8).young, pte(@8).write

note "cold: old, and dirty"
madvise(@1, 1p, MADV_COLD)
expect pte(@1).dirty, !pte(@1).young
UFFDIO_MOVE(u, {dst=@9, src=@1, len=1p, move=1p}) = 0
expect pte(@9).dirty, pte(@9).young

note "counts stay"
expect folio(@9).mapcount == 1, folio(@9).exclusive, mm().rss_anon == 4
