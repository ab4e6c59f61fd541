# Two threads move a page of one large folio. UFFDIO_MOVE has to split it, and whoever has one more reference prevents
# that: it took a reference, waited for the lock, found that the other one waits with a reference as well, and began
# again (37b338eed105, from 6.8 to 6.13). Does anybody ever win?
title "Two movers and one large folio"
window 8M
set thp = never
set thp.16K = always
bug uffd-move-large-livelock

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@0, 4p, 7)
mmap(@600, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@600, 1p, 1)
madvise(@600, 1p, MADV_DONTNEED)
mmap(@1200, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@1200, 1p, 1)
madvise(@1200, 1p, MADV_DONTNEED)
u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {api=UFFD_API, features=0})
UFFDIO_REGISTER(u, {start=@600, len=1p, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_REGISTER(u, {start=@1200, len=1p, mode=UFFDIO_REGISTER_MODE_MISSING})
race {
	one in P { UFFDIO_MOVE(u, {dst=@600, src=@0, len=1p, mode=0}) = 0 or -EEXIST or -EBUSY or -ENOENT }
	two in P { UFFDIO_MOVE(u, {dst=@1200, src=@0, len=1p, mode=0}) = 0 or -EEXIST or -EBUSY or -ENOENT }
}
must violate progress
expect content(@600) + content(@1200) == 7
