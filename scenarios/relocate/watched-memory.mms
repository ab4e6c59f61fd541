# Memory that a userfaultfd watches is relocated: where does the reader hear of it, and what does it merge with?
title "MREMAP_RELOCATE_ANON of watched memory"
set relocate_anon = v1
window 120p

step "the reader is told of moves: the new place is watched"
mmap(@8, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@8, 3p, 8)
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=UFFD_FEATURE_EVENT_REMAP})
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(u, {start=@8, len=2p, mode=1})
P.a: mremap(@8, 4p, 4p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @24) = blocked
read(u, {event=UFFD_EVENT_REMAP, from=@8, to=@24, len=4p})
P.a: finish() = @24
expect pte(@24).uffd_wp, folio(@24).index == @24 / PAGE, vma(@24).pgoff == @24 / PAGE

step "nobody is told: the new place is not watched, and merges"
mmap(@68, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
store(@68, 3p, 8)
v = userfaultfd(O_NONBLOCK)
UFFDIO_API(v, {features=0})
UFFDIO_REGISTER(v, {start=@68, len=4p, mode=UFFDIO_REGISTER_MODE_WP})
UFFDIO_WRITEPROTECT(v, {start=@68, len=2p, mode=1})
mmap(@80, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0)
mremap(@68, 4p, 4p, MAYMOVE|FIXED|MUST_RELOCATE_ANON, @84) = @84
expect vma(@80).end == @88, !pte(@84).uffd_wp, folio(@84).index == @84 / PAGE
store(@84)
