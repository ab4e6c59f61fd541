# Pages of shared memory are in swap: what does userfaultfd see of them?
#
# They are no holes, so nothing is missing, and nothing can be copied there. To MINOR they are pages like any in the
# cache; UFFDIO_CONTINUE reads them. What is protected against writing keeps its mark where the word was.
# Kernel: mm/shmem.c shmem_get_folio_gfp(); mm/userfaultfd.c mfill_atomic_pte_continue(); mm/rmap.c try_to_unmap_one()

title "userfaultfd and shared memory in swap"
set swap = 16M
window 40p

f = memfd_create("m", 0)
ftruncate(f, 8p)
mmap(@4, 8p, RW, SHARED|FIXED, f, 0) = @4
mmap(@16, 8p, RW, SHARED|FIXED, f, 0) = @16
store(@4, 6p, 7)
madvise(@4, 6p, MADV_PAGEOUT)
u = userfaultfd(O_NONBLOCK)
UFFDIO_API(u, {features=UFFD_FEATURE_SIGBUS|UFFD_FEATURE_MISSING_SHMEM|UFFD_FEATURE_MINOR_SHMEM})
UFFDIO_REGISTER(u, {start=@16, len=8p, mode=UFFDIO_REGISTER_MODE_MISSING})

step "missing"
load(@16) = 7
load(@22) = SIGBUS
UFFDIO_COPY(u, {dst=@17, src=@4, len=1p, copy=-EEXIST}) = -EEXIST
UFFDIO_ZEROPAGE(u, {start=@17, len=1p, zeropage=-EEXIST}) = -EEXIST

step "minor"
UFFDIO_REGISTER(u, {start=@16, len=8p, mode=UFFDIO_REGISTER_MODE_MINOR})
load(@18) = SIGBUS
expect swap(@18).shared
UFFDIO_CONTINUE(u, {start=@18, len=1p, mapped=1p})
load(@18) = 7
UFFDIO_CONTINUE(u, {start=@22, len=1p, mapped=-EFAULT}) = -EFAULT

step "protected"
UFFDIO_REGISTER(u, {start=@16, len=8p, mode=UFFDIO_REGISTER_MODE_WP})
load(@19) = 7
UFFDIO_WRITEPROTECT(u, {start=@18, len=2p, mode=1})
expect pte(@18).uffd_wp, pte(@19).uffd_wp
madvise(@18, 2p, MADV_PAGEOUT)
expect !pte(@18).present, pte(@18).uffd_wp
load(@18) = 7
expect pte(@18).uffd_wp, !pte(@18).write
store(@18) = SIGBUS
store(@6, 1p, 9)
load(@18) = 9
