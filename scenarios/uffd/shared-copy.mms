# UFFDIO_COPY to shared memory: whose page is it?
#
# The file's: others that map the file see it at once.  A page which the file has already is in
# the way even where it is not mapped.  A private map of the file gets a page of its own.
# Kernel: mm/shmem.c shmem_mfill_atomic_pte()

title "Copies into shared memory"
window 40p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
store(@0, 4p, 7)
f = memfd_create("m", 0)
ftruncate(f, 4p)
mmap(@8, 4p, RW, SHARED|FIXED, f, 0) = @8
mmap(@16, 4p, RW, SHARED|FIXED, f, 0) = @16
mmap(@24, 4p, RW, PRIVATE|FIXED, f, 0) = @24
u = userfaultfd(0)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@8, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_REGISTER(u, {start=@24, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING|UFFDIO_REGISTER_MODE_WP})

UFFDIO_COPY(u, {dst=@8, src=@0, len=1p, copy=1p})
load(@16) = 7
store(@17, 1p, 9)
UFFDIO_COPY(u, {dst=@9, src=@0, len=1p, copy=-EEXIST}) = -EEXIST
load(@9) = 9

step "a page of its own"
UFFDIO_COPY(u, {dst=@25, src=@0, len=1p, copy=1p})
expect folio(@25).anon, folio(@25).exclusive, content(@9) == 9, content(@25) == 7
UFFDIO_COPY(u, {dst=@26, src=@0, len=1p, mode=UFFDIO_COPY_MODE_WP, copy=1p})
expect pte(@26).uffd_wp, !pte(@26).write, folio(@26).anon
madvise(@26, 1p, MADV_DONTNEED)
expect pte(@26).uffd_wp, !pte(@26).present
