# A poisoned page is neither a page nor nothing: it cannot move, and nothing can move to it.  UFFDIO_COPY may replace it.
# Kernel: mm/userfaultfd.c move_pages_ptes(), mfill_atomic_install_pte()

title "Poison and UFFDIO_MOVE"
window 40p

u = userfaultfd(0)
UFFDIO_API(u, {features=UFFD_FEATURE_POISON})
mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
mmap(@8, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
store(@0, 4p, 7)
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_POISON(u, {start=@8, len=1p})
UFFDIO_MOVE(u, {dst=@8, src=@0, len=1p, move=-EEXIST}) = -EEXIST
UFFDIO_MOVE(u, {dst=@9, src=@8, len=1p, move=-EFAULT}) = -EFAULT
UFFDIO_COPY(u, {dst=@8, src=@0, len=1p, copy=1p}) = 0
UFFDIO_MOVE(u, {dst=@9, src=@8, len=1p, move=1p}) = 0
expect content(@9) == 7
