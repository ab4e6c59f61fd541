# What does UFFDIO_ZEROPAGE map?
#
# The page of zeroes where memory is private, a new page of the file where it is shared.
# Kernel: mm/userfaultfd.c mfill_atomic_pte_zeropage(), mm/shmem.c shmem_mfill_atomic_pte()

title "Zero pages for holes"
window 40p

mmap(@0, 4p, RW, PRIVATE|ANONYMOUS|FIXED, -1, 0) = @0
f = memfd_create("m", 0)
ftruncate(f, 4p)
mmap(@8, 8p, RW, SHARED|FIXED, f, 0) = @8
mmap(@20, 8p, RW, PRIVATE|FIXED, f, 0) = @20
u = userfaultfd(0)
UFFDIO_API(u, {features=0})
UFFDIO_REGISTER(u, {start=@0, len=4p, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_REGISTER(u, {start=@8, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})
UFFDIO_REGISTER(u, {start=@20, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})

step "errors"
UFFDIO_ZEROPAGE(u, {start=@0+1, len=1p, zeropage=0}) = -EINVAL
UFFDIO_ZEROPAGE(u, {start=@0, len=0, zeropage=0}) = -EINVAL
UFFDIO_ZEROPAGE(u, {start=@0, len=1p, mode=2, zeropage=0}) = -EINVAL
UFFDIO_ZEROPAGE(u, {start=@4, len=1p, zeropage=-ENOENT}) = -ENOENT
UFFDIO_ZEROPAGE(u, {start=@3, len=2p, zeropage=-ENOENT}) = -ENOENT

step "private"
UFFDIO_ZEROPAGE(u, {start=@0, len=2p, zeropage=2p})
expect pte(@0).zero, pte(@1).zero, mm(P).rss_anon == 0
store(@0)
expect folio(@0).exclusive

step "shared"
UFFDIO_ZEROPAGE(u, {start=@8, len=1p, zeropage=1p})
expect !pte(@8).zero, mm(P).rss_shmem == 1, pte(@8).write
UFFDIO_ZEROPAGE(u, {start=@8, len=1p, zeropage=-EEXIST}) = -EEXIST

step "private, of a file: the file stays as it is"
UFFDIO_ZEROPAGE(u, {start=@21, len=1p, zeropage=1p})
expect pte(@21).zero, mm(P).rss_shmem == 1

step "beyond the end of the file"
UFFDIO_ZEROPAGE(u, {start=@12, len=1p, zeropage=-EFAULT}) = -EFAULT
UFFDIO_ZEROPAGE(u, {start=@24, len=1p, zeropage=-EFAULT}) = -EFAULT
UFFDIO_ZEROPAGE(u, {start=@23, len=2p, zeropage=1p}) = -EAGAIN
