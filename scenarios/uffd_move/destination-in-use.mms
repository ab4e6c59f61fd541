# What is in the way at the destination?  Everything that is not nothing: a page, the zero page, a guard.
# UFFDIO_COPY would overwrite a marker; a page that moved could not be given back.
# Kernel: mm/userfaultfd.c move_pages_ptes()

title "EEXIST: the destination is not empty"
window 40p

u = userfaultfd(0)
UFFDIO_API(u, {features=0})
mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 4p, 7)
mmap(@8, 8p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @8
store(@8)
load(@9)
madvise(@10, 1p, MADV_GUARD_INSTALL)
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})

UFFDIO_MOVE(u, {dst=@8, src=@0, len=1p, move=-EEXIST}) = -EEXIST
UFFDIO_MOVE(u, {dst=@9, src=@0, len=1p, move=-EEXIST}) = -EEXIST
UFFDIO_MOVE(u, {dst=@10, src=@0, len=1p, move=-EEXIST}) = -EEXIST

note "thrown away, it is empty"
madvise(@8, 1p, MADV_DONTNEED)
UFFDIO_MOVE(u, {dst=@8, src=@0, len=1p, move=1p}) = 0
note "up to what is in the way"
UFFDIO_MOVE(u, {dst=@11, src=@1, len=3p, move=3p}) = 0
UFFDIO_MOVE(u, {dst=@0, src=@11, len=1p, move=-EINVAL}) = -EINVAL
store(@0, 4p, 9)
madvise(@8, 1p, MADV_DONTNEED)
UFFDIO_MOVE(u, {dst=@8, src=@0, len=4p, move=1p}) = -EAGAIN
expect content(@8) == 9, content(@1) == 9, pte(@0).none
