# UFFDIO_MOVE takes a page out of memory that is being relocated, or comes too late.
title "A complete relocation against UFFDIO_MOVE"
set relocate_anon = complete
set thp = never
window 60p

mmap(@4, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
mmap(@40, 1p, RW, PRIVATE|ANONYMOUS|FIXED)
store(@4, 1p, 7)
u = userfaultfd(UFFD_USER_MODE_ONLY)
UFFDIO_API(u, {api=UFFD_API, features=0})
UFFDIO_REGISTER(u, {start=@40, len=1p, mode=UFFDIO_REGISTER_MODE_MISSING})
race {
	mover in P { mremap(@4, 1p, 1p, MAYMOVE|FIXED|RELOCATE_ANON, @20) = @20 }
	collector in P.t { UFFDIO_MOVE(u, {dst=@40, src=@4, len=1p, mode=0}) = 0 or -ENOENT or -EINVAL }
}
sometimes pte(@20).none && content(@40) == 7
sometimes pte(@40).none && content(@20) == 7
never pte(@20).none && pte(@40).none
